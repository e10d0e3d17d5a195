#pragma once
// Compiled grammars by source; the least recently used ones are evicted beyond
// limits::cached_grammars_max grammars or limits::cached_grammar_bytes_max bytes in total (grammars
// in use stay alive without the cache).

#include "model/grammar/compile_constraint.hpp"

#include <list>

namespace hadal::model {

class grammar_cache {
public:
  /// Null if it is not in the cache.
  compiled_grammar_ptr find(const constraint_source& source);
  void add(constraint_source source, compiled_grammar_ptr grammar);

  std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    constraint_source source;
    compiled_grammar_ptr grammar;
    std::size_t bytes = 0; // with all masks, since they grow in another thread
  };
  std::list<entry> entries_; // most recently used first
  std::size_t bytes_ = 0;
};

} // namespace hadal::model
