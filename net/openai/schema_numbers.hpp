#pragma once
// Numbers of schemas that simdjson's tree cannot hold: integers beyond 64 bits, which it refuses,
// and fractions with more digits than a double has. A schema keeps the spelling of its numbers, so
// before a body is parsed each such number inside a schema is replaced by a string that begins with
// U+0000, and a string of a schema with that begin gets a second one; `append_schema_json` reverses
// both. Outside of schemas nothing changes: an integer beyond 64 bits is an error there.

#include "net/openai/json_document.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hadal::net {

/// `text` with these replacements, or empty if there are none. Takes any bytes: a text that is not
/// JSON does not become JSON. Linear in the size of the text.
std::optional<std::string> with_marked_numbers(std::string_view text);

/// Appends a schema, or a value inside one, as compact JSON; numbers that a double does not
/// represent keep their spelling.
void append_schema_json(std::string& out, json_element schema);

} // namespace hadal::net
