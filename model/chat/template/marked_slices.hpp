#pragma once
// Cuts and joins marked text; every part keeps its mark.

#include "model/tokenizer/marked_text.hpp"

#include <cstddef>

namespace hadal::model::templates {

inline marked_text control_text(std::string_view text) {
  marked_text made;
  made.control(text);
  return made;
}

inline marked_text plain_text(std::string_view text) {
  marked_text made;
  made.plain(text);
  return made;
}

/// Appends the bytes from `begin` to `end` of `source`.
void append_slice(marked_text& out, const marked_text& source, std::size_t begin, std::size_t end);

inline void append_all(marked_text& out, const marked_text& source) {
  append_slice(out, source, 0, source.text().size());
}

marked_text slice_of(const marked_text& source, std::size_t begin, std::size_t end);

} // namespace hadal::model::templates
