#include "model/chat/output/json_call_parser.hpp"

#include "model/chat/output/tool_call_markup.hpp"

#include <algorithm>
#include <array>

namespace hadal::model {

namespace {

constexpr std::array json_tags = {tags::calls_begin, tags::calls_end, tags::call_begin,
                                  tags::call_end, tags::separator};
constexpr std::string_view opening_fence = "```json\n";
constexpr std::string_view closing_fence = "```";
constexpr std::string_view blanks = " \t\r\n";

constexpr bool is_blank(char c) noexcept {
  return blanks.find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

} // namespace

json_call_parser::json_call_parser(tool_call_parser_kind kind, tool_call_options options)
  : tool_call_parser(
        json_tags,
        [] {
          static constexpr std::array roles = {role::block_begin, role::block_end, role::call_begin,
                                               role::call_end, role::inside};
          return std::span<const role>(roles);
        }(),
        options),
    fenced_(kind == tool_call_parser_kind::deepseekv3) {}

void json_call_parser::begin_call() {
  part_ = part::before_separator;
  head_.clear();
  fence_read_ = 0;
  closing_fence_read_ = 0;
  scanner_ = json_scanner();
  tail_space_.clear();
}

void json_call_parser::read_call(std::string_view text, output_delta& out) {
  while (!text.empty() && in_call()) {
    switch (part_) {
    case part::before_separator: head_ += text; return;
    case part::name: text = read_name(text, out); break;
    case part::fence: text = read_fence(text, out); break;
    case part::arguments: text = read_arguments(text, out); break;
    case part::tail: return read_tail(text, out);
    }
  }
}

/// The only tag inside a call is the separator; a second one is text.
void json_call_parser::read_inner_tag(std::size_t which, output_delta& out) {
  if (part_ != part::before_separator)
    return read_call(json_tags[which], out);
  if (!fenced_) {
    part_ = part::arguments;
    return take_name(out);
  }
  part_ = part::name;
  head_.clear(); // the type, of which there is only one
}

std::string_view json_call_parser::read_name(std::string_view text, output_delta& out) {
  const std::size_t end = text.find('\n');
  head_ += text.substr(0, end);
  if (end == std::string_view::npos)
    return {};
  part_ = part::fence;
  take_name(out);
  return text.substr(end + 1);
}

void json_call_parser::take_name(output_delta& out) {
  const std::string_view name = trimmed(head_);
  if (name.empty() || name.find('\n') != std::string_view::npos)
    return break_call(out);
  writer().set_name(std::string(name), out);
}

std::string_view json_call_parser::read_fence(std::string_view text, output_delta& out) {
  const std::size_t count = std::min(text.size(), opening_fence.size() - fence_read_);
  if (text.substr(0, count) != opening_fence.substr(fence_read_, count)) {
    break_call(out);
    return {};
  }
  fence_read_ += count;
  if (fence_read_ == opening_fence.size())
    part_ = part::arguments;
  return text.substr(count);
}

std::string_view json_call_parser::read_arguments(std::string_view text, output_delta& out) {
  if (scanner_.at_beginning()) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first != std::string_view::npos && text[first] != '{') {
      writer().add_arguments(text.substr(0, first), out);
      break_call(out);
      return {};
    }
  }
  const std::size_t count = scanner_.feed(text);
  writer().add_arguments(text.substr(0, count), out);
  if (scanner_.broken()) {
    break_call(out);
    return {};
  }
  if (scanner_.complete())
    part_ = part::tail;
  return text.substr(count);
}

/// White space; in V3 the closing fence within.
void json_call_parser::read_tail(std::string_view text, output_delta& out) {
  for (const char c : text) {
    if (is_blank(c) && closing_fence_read_ == 0) {
      tail_space_ += c;
    } else if (fenced_ && c == '`' && closing_fence_read_ < closing_fence.size()) {
      ++closing_fence_read_;
    } else if (!is_blank(c) || closing_fence_read_ < closing_fence.size()) {
      return break_call(out);
    }
  }
}

bool json_call_parser::end_call(output_delta& out) {
  if (part_ != part::tail || (fenced_ && closing_fence_read_ < closing_fence.size()))
    return false;
  std::string_view space = tail_space_;
  if (fenced_ && !space.empty() && space.back() == '\n')
    space.remove_suffix(1); // part of the fence
  writer().add_arguments(space, out);
  return true;
}

} // namespace hadal::model
