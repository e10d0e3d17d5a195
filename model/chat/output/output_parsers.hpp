#pragma once
// The parsers of a model's answer by name, and the defaults for each chat format. Reasoning
// parsers find the end of an answer's reasoning; tool-call parsers know the formats of
// calls.

#include "model/chat/chat_encoding.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hadal::model {

enum class reasoning_parser : std::uint8_t {
  none,
  deepseek_r1, // reasons unless the prompt has closed the reasoning
  deepseek_v3, // reasons if the prompt opens the reasoning
};

enum class tool_call_parser_kind : std::uint8_t {
  none,
  deepseekv3,  // V3-0324, R1-0528: a type, a name and a fenced JSON object
  deepseekv31, // V3.1: a name and a JSON object
  deepseekv32, // V3.2: DSML, one element per parameter
};

inline constexpr std::array reasoning_parsers = {
    reasoning_parser::none, reasoning_parser::deepseek_r1, reasoning_parser::deepseek_v3};

inline constexpr std::array tool_call_parser_kinds = {
    tool_call_parser_kind::none, tool_call_parser_kind::deepseekv3,
    tool_call_parser_kind::deepseekv31, tool_call_parser_kind::deepseekv32};

/// "deepseek-r1", ..., as in --reasoning-parser.
std::string_view to_string(reasoning_parser parser) noexcept;

/// "deepseekv31", ..., as in --tool-call-parser.
std::string_view to_string(tool_call_parser_kind kind) noexcept;

/// Empty for an unknown name.
std::optional<reasoning_parser> reasoning_parser_of(std::string_view name) noexcept;
std::optional<tool_call_parser_kind> tool_call_parser_of(std::string_view name) noexcept;

/// The defaults for a chat format.
reasoning_parser default_reasoning_parser(chat_encoding encoding) noexcept;
tool_call_parser_kind default_tool_call_parser(chat_encoding encoding) noexcept;

} // namespace hadal::model
