#include "net/openai/json_document.hpp"

#include "base/json_string.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "net/openai/json_text.hpp"
#include "net/openai/key_set.hpp"
#include "net/openai/schema_numbers.hpp"

#include <fmt/core.h>

#include <array>
#include <cstring>
#include <new>
#include <optional>

namespace hadal::net {

namespace {

// simdjson counts scalars and empty containers too: it may parse deeper, and we count.
constexpr std::size_t parser_depth = limits::json_depth_max + 2;

// Up to this many keys are compared pair by pair, without a hash.
constexpr std::size_t few_keys = 8;

std::optional<unsigned> hex4(std::string_view text) noexcept {
  if (text.size() < 4)
    return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, 4)) {
    value <<= 4;
    if (c >= '0' && c <= '9')
      value |= static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value |= static_cast<unsigned>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value |= static_cast<unsigned>(c - 'A' + 10);
    else
      return std::nullopt;
  }
  return value;
}

/// True if a \u escape is a lone surrogate. Reads only escapes; the parser checks the
/// rest.
bool has_lone_surrogate(std::string_view text) noexcept {
  std::size_t at = 0;
  while ((at = text.find('\\', at)) != std::string_view::npos) {
    if (at + 1 >= text.size() || text[at + 1] != 'u') {
      at += 2;
      continue;
    }
    const auto unit = hex4(text.substr(at + 2));
    at += 2;
    if (!unit || is_code_point(*unit))
      continue;
    at += 4;
    if (is_low_surrogate(*unit) || text.substr(at, 2) != "\\u")
      return true;
    const auto next = hex4(text.substr(at + 2));
    if (!next || !is_low_surrogate(*next))
      return true;
    at += 6;
  }
  return false;
}

tl::unexpected<error> not_json(std::string_view why) {
  return fail(error_code::invalid_json,
              fmt::format("The request body is not valid JSON: {}.", why));
}

std::string_view reason(simdjson::error_code code) noexcept {
  switch (code) {
  case simdjson::DEPTH_ERROR: return "it is nested deeper than 128 levels";
  case simdjson::UTF8_ERROR: return "it is not UTF-8";
  case simdjson::NUMBER_ERROR:
    return "it has a number that is malformed, too large, or an integer beyond 64 bits";
  case simdjson::STRING_ERROR: return "it has a malformed string or escape";
  case simdjson::UNESCAPED_CHARS: return "a string has a control character that is not escaped";
  case simdjson::UNCLOSED_STRING: return "a string is not closed";
  case simdjson::EMPTY: return "it is empty";
  case simdjson::CAPACITY: return "it is too large";
  case simdjson::T_ATOM_ERROR:
  case simdjson::F_ATOM_ERROR:
  case simdjson::N_ATOM_ERROR: return "it has a word that is not true, false or null";
  default: return "a comma, colon, bracket, quote or value is missing or out of place";
  }
}
static_assert(limits::json_depth_max == 128, "the message above names the limit");

// simdjson's count of an object's keys saturates here.
constexpr std::size_t keys_counted_max = 0xFFFFFF;

/// What a text begins with that is a byte order mark, or empty.
std::string_view byte_order_mark(std::string_view text) noexcept {
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFE\xFF", "\xFF\xFE"})
    if (text.starts_with(mark))
      return mark;
  return {};
}

/// A duplicate key of the object, or nullopt. For objects of less than keys_counted_max keys.
std::optional<std::string_view> repeated_key(json_object object) {
  const std::size_t count = object.size();
  if (count <= few_keys) {
    std::array<std::string_view, few_keys> seen;
    std::size_t seen_count = 0;
    for (const auto field : object) {
      for (std::size_t i = 0; i < seen_count; ++i)
        if (seen[i] == field.key)
          return field.key;
      seen[seen_count++] = field.key;
    }
    return std::nullopt;
  }
  key_set keys(count);
  for (const auto field : object)
    if (!keys.insert(field.key))
      return field.key;
  return std::nullopt;
}

std::string shown(std::string_view text) {
  constexpr std::size_t shown_bytes_max = 64;
  std::string out;
  if (text.size() > shown_bytes_max) {
    const std::string_view begin = text.substr(0, shown_bytes_max);
    append_json_string(out, begin.substr(0, complete_prefix(begin)));
    return out + "...";
  }
  append_json_string(out, text);
  return out;
}

/// One walk over the tree: depth and repeated keys. Recursion is bounded by the parser's own depth.
result<void> check(json_element element, std::size_t depth) {
  const bool is_object = element.is_object();
  if (!is_object && !element.is_array())
    return {};
  if (depth > limits::json_depth_max)
    return not_json(reason(simdjson::DEPTH_ERROR));
  if (is_object) {
    const json_object object = element.get_object().value_unsafe();
    if (object.size() >= keys_counted_max)
      return not_json("an object has too many keys");
    if (const auto key = repeated_key(object))
      return not_json(fmt::format("the key {} stands twice in one object", shown(*key)));
    for (const auto field : object)
      HADAL_TRY(check(field.value, depth + 1));
    return {};
  }
  const json_array array = element.get_array().value_unsafe();
  for (const json_element item : array)
    HADAL_TRY(check(item, depth + 1));
  return {};
}

} // namespace

result<json_document> json_document::parse(std::string_view text) {
  if (text.empty())
    return not_json(reason(simdjson::EMPTY));
  if (const auto mark = byte_order_mark(text); !mark.empty())
    return not_json(mark.size() == 3 ? "it begins with a byte order mark: send UTF-8 without one"
                                     : "it begins with the byte order mark of UTF-16: send UTF-8");
  if (has_lone_surrogate(text))
    return not_json("a \\u escape is half of a surrogate pair");
  try {
    const auto marked = with_marked_numbers(text);
    if (marked)
      text = *marked;
    json_document document;
    document.parser_ = std::make_unique<simdjson::dom::parser>();
    if (const auto code = document.parser_->allocate(text.size(), parser_depth))
      return fail(error_code::out_of_memory, std::string(simdjson::error_message(code)));
    // simdjson copies the text once, because it reads a few bytes past the end.
    const auto code = document.parser_->parse(text.data(), text.size()).get(document.root_);
    if (code)
      return not_json(reason(code));
    HADAL_TRY(check(document.root_, 1));
    return document;
  } catch (const std::bad_alloc&) {
    return fail(error_code::out_of_memory, "There is no memory left to read the request body.");
  }
}

void append_compact_json(std::string& out, json_element element) {
  switch (element.type()) {
  case json_type::OBJECT: {
    const json_object object = element.get_object().value_unsafe();
    char before = '{';
    for (const auto field : object) {
      out += before;
      hadal::append_json_string(out, field.key, json_escapes::required);
      out += ':';
      append_compact_json(out, field.value);
      before = ',';
    }
    out += before == '{' ? "{}" : "}";
    return;
  }
  case json_type::ARRAY: {
    const json_array array = element.get_array().value_unsafe();
    char before = '[';
    for (const json_element item : array) {
      out += before;
      append_compact_json(out, item);
      before = ',';
    }
    out += before == '[' ? "[]" : "]";
    return;
  }
  case json_type::STRING:
    hadal::append_json_string(out, element.get_string().value_unsafe(), json_escapes::required);
    return;
  case json_type::INT64: append_json_integer(out, element.get_int64().value_unsafe()); return;
  case json_type::UINT64: append_json_integer(out, element.get_uint64().value_unsafe()); return;
  case json_type::DOUBLE: append_json_real(out, element.get_double().value_unsafe()); return;
  case json_type::BOOL: out += element.get_bool().value_unsafe() ? "true" : "false"; return;
  case json_type::NULL_VALUE: out += "null"; return;
  }
}

} // namespace hadal::net
