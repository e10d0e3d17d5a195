#pragma once
// JSON that goes into prompts: tool schemas and the arguments of past calls. Models were trained on
// what Python's json.dumps(json.loads(text), ensure_ascii=False) writes, so that is what dump()
// gives: ", " and ": " between members, keys in their order, non-ASCII as itself, numbers as Python
// spells them (1e5 is 100000.0, integers of any length stay exact). Of equal keys the last value
// counts, in the first one's place.

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

  /// The member's value, nullptr when this is no object or has no such key.
  const json_value* find(std::string_view key) const noexcept;
};

/// How `text` of a number is spelled: as Python would write it, or as it stands.
enum class number_spelling : std::uint8_t { python, as_written };

/// Errors: invalid_json saying what is wrong and where; `param` is empty. Nesting is limited to
/// limits::json_depth_max; numbers beyond a double's range are refused.
result<json_value> parse_json_value(std::string_view text,
                                    number_spelling spelling = number_spelling::python);

/// The value as Python writes it.
std::string dump(const json_value& value);

} // namespace hadal::model
