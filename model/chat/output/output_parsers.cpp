#include "model/chat/output/output_parsers.hpp"

namespace hadal::model {

namespace {

template <class Enum, std::size_t Count>
std::optional<Enum> named(const std::array<Enum, Count>& all, std::string_view name) noexcept {
  for (const Enum one : all)
    if (to_string(one) == name)
      return one;
  return std::nullopt;
}

} // namespace

std::string_view to_string(reasoning_parser parser) noexcept {
  switch (parser) {
  case reasoning_parser::none: return "none";
  case reasoning_parser::deepseek_r1: return "deepseek-r1";
  case reasoning_parser::deepseek_v3: return "deepseek-v3";
  }
  return "?";
}

std::string_view to_string(tool_call_parser_kind kind) noexcept {
  switch (kind) {
  case tool_call_parser_kind::none: return "none";
  case tool_call_parser_kind::deepseekv3: return "deepseekv3";
  case tool_call_parser_kind::deepseekv31: return "deepseekv31";
  case tool_call_parser_kind::deepseekv32: return "deepseekv32";
  }
  return "?";
}

std::optional<reasoning_parser> reasoning_parser_of(std::string_view name) noexcept {
  return named(reasoning_parsers, name);
}

std::optional<tool_call_parser_kind> tool_call_parser_of(std::string_view name) noexcept {
  return named(tool_call_parser_kinds, name);
}

reasoning_parser default_reasoning_parser(chat_encoding encoding) noexcept {
  switch (encoding) {
  case chat_encoding::deepseek_v2:
  case chat_encoding::deepseek_v3: return reasoning_parser::none;
  case chat_encoding::deepseek_r1: return reasoning_parser::deepseek_r1;
  case chat_encoding::deepseek_v3_1:
  case chat_encoding::deepseek_v3_2: return reasoning_parser::deepseek_v3;
  }
  return reasoning_parser::none;
}

tool_call_parser_kind default_tool_call_parser(chat_encoding encoding) noexcept {
  switch (encoding) {
  case chat_encoding::deepseek_v2: return tool_call_parser_kind::none;
  case chat_encoding::deepseek_v3:
  case chat_encoding::deepseek_r1: return tool_call_parser_kind::deepseekv3;
  case chat_encoding::deepseek_v3_1: return tool_call_parser_kind::deepseekv31;
  case chat_encoding::deepseek_v3_2: return tool_call_parser_kind::deepseekv32;
  }
  return tool_call_parser_kind::none;
}

} // namespace hadal::model
