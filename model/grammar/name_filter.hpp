#pragma once
// Masks are kept by state and say nothing of the names that an object has already
// (mask_cache.hpp). This takes out of one the tokens that would repeat a name, or begin one that
// can only be ended as a repetition: those that go on from the name under way as a name of the
// object does, which are found in the vocabulary's tree, and, among the tokens that may hold a
// whole name (or, where names can be used up, begin one), those that do not fit.

#include "model/grammar/pushdown_run.hpp"
#include "model/grammar/token_vocabulary.hpp"
#include "model/sampling/token_mask.hpp"

#include <cstdint>
#include <string_view>

namespace hadal::model {

class name_filter {
public:
  name_filter(const pushdown_automaton& automaton, const token_vocabulary& vocabulary,
              pushdown_run& run)
    : automaton_(automaton), vocabulary_(vocabulary), run_(run) {}

  /// `mask` allows every token that fits after `set`, names aside.
  void refuse_repeated(token_mask& mask, const thread_set& set);

private:
  void follow(token_mask& mask, const thread_set& set, const stack_thread& thread,
              std::string_view rest);
  void refuse(token_mask& mask, const thread_set& set, std::uint32_t begin, std::uint32_t end);
  bool fits(const thread_set& set, std::string_view token);

  const pushdown_automaton& automaton_;
  const token_vocabulary& vocabulary_;
  pushdown_run& run_;
};

} // namespace hadal::model
