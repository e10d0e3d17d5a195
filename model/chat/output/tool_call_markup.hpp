#pragma once
// The parts of a tool call in each format:
//
//   block_begin CALL (separator CALL)* block_end
//   CALL = call_begin NAME after_name ARGUMENTS call_end
//
// ARGUMENTS is one JSON object. V3.2 also accepts the object instead of one
// element per parameter, so a grammar that forces a call can use this form for all
// three.

#include "model/chat/output/output_parsers.hpp"

#include <string_view>

namespace hadal::model {

struct tool_call_markup {
  std::string_view block_begin;
  std::string_view call_begin;
  std::string_view after_name;
  std::string_view call_end;
  std::string_view separator;
  std::string_view block_end;
};

/// `kind` must not be none.
const tool_call_markup& markup_of(tool_call_parser_kind kind) noexcept;

// The tags of V3 and V3.1; each is one added token of those vocabularies.
namespace tags {
inline constexpr std::string_view calls_begin = "<｜tool▁calls▁begin｜>";
inline constexpr std::string_view calls_end = "<｜tool▁calls▁end｜>";
inline constexpr std::string_view call_begin = "<｜tool▁call▁begin｜>";
inline constexpr std::string_view call_end = "<｜tool▁call▁end｜>";
inline constexpr std::string_view separator = "<｜tool▁sep｜>";
} // namespace tags

// The tags of V3.2; those that end in a quote go on with a name, a quote and a '>'.
namespace dsml {
inline constexpr std::string_view mark = "｜DSML｜"; // may be one added token
inline constexpr std::string_view calls_begin = "<｜DSML｜function_calls>";
inline constexpr std::string_view calls_end = "</｜DSML｜function_calls>";
inline constexpr std::string_view call_begin = "<｜DSML｜invoke name=\"";
inline constexpr std::string_view call_end = "</｜DSML｜invoke>";
inline constexpr std::string_view parameter_begin = "<｜DSML｜parameter name=\"";
inline constexpr std::string_view parameter_end = "</｜DSML｜parameter>";
} // namespace dsml

// The tags around reasoning.
namespace tags {
inline constexpr std::string_view think_begin = "<think>";
inline constexpr std::string_view think_end = "</think>";
} // namespace tags

} // namespace hadal::model
