#pragma once
// Values as text: str(), and the tojson filter with the settings of Hugging Face.

#include "model/chat/template/value.hpp"

#include <optional>
#include <string>

namespace hadal::model::templates {

/// Python's str(): a string keeps its text and marks; all else is computed, so plain.
marked_text spelled(run_state& state, const value& v);

struct json_style {
  bool ensure_ascii = false;
  bool sort_keys = false;
  std::optional<std::string> indent; // white space of one level; empty: all on one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
};

/// json.dumps(). Strings keep their marks; all other text is plain.
marked_text json_text(run_state& state, const value& v, const json_style& style);

} // namespace hadal::model::templates
