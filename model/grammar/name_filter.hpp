#pragma once
// Masks are cached by state and do not depend on the names that an object already has
// (mask_cache.hpp). The filter removes from a mask the tokens that would repeat a name, or begin a
// name that can only end as a repetition: tokens that continue the current name like a name of the
// object, found in the vocabulary's tree, and those that do not fit among the tokens that may
// contain a whole name (or, if names can be used up, begin one).

#include "kernels/ops/token_mask.hpp"
#include "model/grammar/pushdown_run.hpp"
#include "model/grammar/token_vocabulary.hpp"

#include <cstdint>
#include <string_view>

namespace hadal::model {

class name_filter {
public:
  name_filter(const pushdown_automaton& automaton, const token_vocabulary& vocabulary,
              pushdown_run& run)
    : automaton_(automaton), vocabulary_(vocabulary), run_(run) {}

  /// `mask` allows every token that fits after `set`, regardless of names.
  void refuse_repeated(kernels::token_mask& mask, const thread_set& set);

private:
  void follow(kernels::token_mask& mask, const thread_set& set, const stack_thread& thread,
              std::string_view rest);
  void refuse(kernels::token_mask& mask, const thread_set& set, std::uint32_t begin,
              std::uint32_t end);
  bool fits(const thread_set& set, std::string_view token);

  const pushdown_automaton& automaton_;
  const token_vocabulary& vocabulary_;
  pushdown_run& run_;
};

} // namespace hadal::model
