#include "model/chat/output/dsml_call_parser.hpp"

#include "base/json_string.hpp"
#include "base/limits.hpp"
#include "model/chat/output/tool_call_markup.hpp"

#include <array>

namespace hadal::model {

namespace {

// The two line breaks before a block belong to it.
constexpr std::string_view spaced_calls_begin = "\n\n<｜DSML｜function_calls>";
constexpr std::array dsml_tags = {spaced_calls_begin, dsml::calls_begin, dsml::calls_end,
                                  dsml::call_begin,   dsml::call_end,    dsml::parameter_begin,
                                  dsml::parameter_end};
constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view is_text_end = "\" string=\"true\">";
constexpr std::string_view is_json_end = "\" string=\"false\">";

bool is_parameter_begin(std::size_t which) noexcept {
  return dsml_tags[which] == dsml::parameter_begin;
}

} // namespace

dsml_call_parser::dsml_call_parser(tool_call_options options)
  : tool_call_parser(
        dsml_tags,
        [] {
          static constexpr std::array roles = {
              role::block_begin, role::block_begin, role::block_end, role::call_begin,
              role::call_end,    role::inside,      role::inside};
          return std::span<const role>(roles);
        }(),
        options) {}

void dsml_call_parser::begin_call() {
  part_ = part::head;
  head_.clear();
  parameters_.clear();
}

void dsml_call_parser::read_call(std::string_view text, output_delta& out) {
  while (!text.empty() && in_call()) {
    switch (part_) {
    case part::head: text = read_head(text, out); break;
    case part::body: text = read_body(text, out); break;
    case part::parameter_head: text = read_parameter_head(text, out); break;
    case part::text_value: {
      std::string characters;
      append_json_characters(characters, text, json_escapes::required);
      writer().add_arguments(characters, out);
      return;
    }
    case part::json_value:
    case part::object:
    case part::after_object: text = read_json(text, out); break;
    }
  }
}

/// Adds to the head; false if that breaks the call.
bool dsml_call_parser::take_head_byte(char c, output_delta& out) {
  head_ += c;
  if (c != '\n' && head_.size() <= limits::call_name_bytes_max)
    return true;
  break_call(out);
  return false;
}

std::string_view dsml_call_parser::read_head(std::string_view text, output_delta& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!take_head_byte(text[i], out))
      return {};
    if (text[i] != '>')
      continue;
    std::string_view name = head_;
    name.remove_suffix(1);
    const bool closes_itself = !name.empty() && name.back() == '/';
    if (closes_itself)
      name.remove_suffix(1);
    if (name.size() < 2 || name.back() != '"') {
      break_call(out);
      return {};
    }
    name.remove_suffix(1);
    writer().set_name(std::string(name), out);
    part_ = part::body;
    if (!closes_itself)
      return text.substr(i + 1);
    writer().add_arguments("{}", out);
    close_early(text.substr(i + 1), out);
    return {};
  }
  return {};
}

std::string_view dsml_call_parser::read_body(std::string_view text, output_delta& out) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  if (text[first] != '{' || !parameters_.empty()) {
    break_call(out);
    return {};
  }
  scanner_ = json_scanner();
  part_ = part::object;
  return text.substr(first);
}

std::string_view dsml_call_parser::read_parameter_head(std::string_view text, output_delta& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!take_head_byte(text[i], out))
      return {};
    if (text[i] != '>')
      continue;
    const std::string_view head = head_;
    for (const std::string_view end : {is_text_end, is_json_end})
      if (head.size() >= end.size() && head.substr(head.size() - end.size()) == end) {
        begin_parameter(head.substr(0, head.size() - end.size()), end == is_text_end, out);
        return text.substr(i + 1);
      }
  }
  return {};
}

void dsml_call_parser::begin_parameter(std::string_view name, bool is_text, output_delta& out) {
  std::string arguments = parameters_.empty() ? "{" : ",";
  if (!parameters_.emplace(name).second)
    return break_call(out);
  append_json_string(arguments, name, json_escapes::required);
  arguments += is_text ? ":\"" : ":";
  writer().add_arguments(arguments, out);
  scanner_ = json_scanner();
  part_ = is_text ? part::text_value : part::json_value;
}

/// Reads a JSON value, or the white space after it.
std::string_view dsml_call_parser::read_json(std::string_view text, output_delta& out) {
  if (scanner_.open()) {
    std::string compact;
    const std::size_t count = scanner_.feed(text, &compact);
    writer().add_arguments(compact, out);
    if (scanner_.broken()) {
      break_call(out);
      return {};
    }
    if (scanner_.complete() && part_ == part::object)
      part_ = part::after_object;
    return text.substr(count);
  }
  if (text.find_first_not_of(blanks) != std::string_view::npos)
    break_call(out);
  return {};
}

void dsml_call_parser::read_inner_tag(std::size_t which, output_delta& out) {
  if (!is_parameter_begin(which))
    return end_parameter(out);
  if (part_ != part::body)
    return break_call(out);
  part_ = part::parameter_head;
  head_.clear();
}

void dsml_call_parser::end_parameter(output_delta& out) {
  if (part_ == part::text_value)
    writer().add_arguments("\"", out);
  else if (part_ != part::json_value || !scanner_.finish())
    return break_call(out);
  part_ = part::body;
}

bool dsml_call_parser::end_call(output_delta& out) {
  if (part_ == part::body)
    writer().add_arguments(parameters_.empty() ? "{}" : "}", out);
  return part_ == part::body || part_ == part::after_object;
}

} // namespace hadal::model
