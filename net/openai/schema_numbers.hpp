#pragma once
// Numbers of schemas that simdjson's tree does not hold: integers beyond 64 bits, which it refuses,
// and fractions of more digits than a double has. A schema keeps its numbers as they are written,
// so before a body is parsed, each such number inside a schema becomes a string that begins with
// U+0000, and a string of a schema that begins so gets another one; `append_schema_json` undoes
// both. Outside of schemas nothing changes: there an integer beyond 64 bits stays an error.

#include "net/openai/json_document.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hadal::net {

/// `text` so changed, or nothing where there is nothing to change. Any bytes are taken: what is not
/// JSON does not become JSON. Linear in the size of the text.
std::optional<std::string> with_marked_numbers(std::string_view text);

/// Appends a schema, or a value inside one, as compact JSON with its numbers as they were written,
/// as far as a double does not keep them.
void append_schema_json(std::string& out, json_element schema);

} // namespace hadal::net
