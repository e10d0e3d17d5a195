#include "model/grammar/grammar_cache.hpp"

#include "base/limits.hpp"

namespace hadal::model {

compiled_grammar_ptr grammar_cache::find(const constraint_source& source) {
  for (auto e = entries_.begin(); e != entries_.end(); ++e)
    if (e->source.kind == source.kind && e->source.text == source.text) {
      entries_.splice(entries_.begin(), entries_, e);
      return e->grammar;
    }
  return nullptr;
}

void grammar_cache::add(constraint_source source, compiled_grammar_ptr grammar) {
  const auto bytes = grammar->fixed_bytes() + limits::grammar_mask_cache_bytes_max;
  entries_.push_front({std::move(source), std::move(grammar), bytes});
  bytes_ += bytes;
  while (entries_.size() > 1 && (entries_.size() > limits::cached_grammars_max ||
                                 bytes_ > limits::cached_grammar_bytes_max)) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

} // namespace hadal::model
