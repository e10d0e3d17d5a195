#pragma once
// JSON in prompts: tool schemas and the arguments of past calls. Models were trained on the output
// of Python's json.dumps(json.loads(text), ensure_ascii=False), so dump() writes the same: ", " and
// ": " between members, keys in their order, non-ASCII unescaped, numbers in Python's spelling (1e5
// is 100000.0, integers of any length stay exact). Of equal keys the last value counts, at the
// place of the first.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

struct json_value {
  enum class kind_type : std::uint8_t { null, boolean, number, string, array, object };

  kind_type kind = kind_type::null;
  std::string text;               // a string's characters; a number or boolean as it is spelled
  std::vector<std::string> keys;  // an object's, in order
  std::vector<json_value> values; // an array's, or an object's beside `keys`

  /// The member's value; nullptr if this is no object or lacks the key.
  const json_value* find(std::string_view key) const noexcept;
};

/// The spelling of a number in `text`: that of Python, or the given one.
enum class number_spelling : std::uint8_t { python, as_written };

/// Errors: invalid_json with the fault and its place; `param` is empty. Nesting is limited to
/// limits::json_depth_max; numbers beyond a double's range are refused.
result<json_value> parse_json_value(std::string_view text,
                                    number_spelling spelling = number_spelling::python);

/// The value as Python writes it.
std::string dump(const json_value& value);

} // namespace hadal::model
