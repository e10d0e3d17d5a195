#pragma once
// Compiled grammars by their source, the least recently used ones let go: at most
// limits::cached_grammars_max, and no more than limits::cached_grammar_bytes_max of them together
// (grammars in use stay alive without the cache).

#include "model/grammar/compile_constraint.hpp"

#include <list>

namespace hadal::model {

class grammar_cache {
public:
  /// Null when it is not there.
  compiled_grammar_ptr find(const constraint_source& source);
  void add(constraint_source source, compiled_grammar_ptr grammar);

  std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    constraint_source source;
    compiled_grammar_ptr grammar;
    std::size_t bytes = 0; // as if its masks were all there: they grow in another thread
  };
  std::list<entry> entries_; // used last: front
  std::size_t bytes_ = 0;
};

} // namespace hadal::model
