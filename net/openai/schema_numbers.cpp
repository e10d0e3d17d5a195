#include "net/openai/schema_numbers.hpp"

#include "base/json_string.hpp"
#include "base/limits.hpp"
#include "net/openai/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace hadal::net {

namespace {

using namespace std::string_view_literals;

// A double represents every number of so many digits.
constexpr std::size_t kept_digits = 17;
// An integer of up to so many digits has 64 bits for sure.
constexpr std::size_t short_digits = 18;

constexpr std::string_view escaped_zero = "\\u0000";

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_number_byte(char c) noexcept {
  return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/// True if a run of digits and points is longer than a double represents.
bool has_long_run(std::string_view text) noexcept {
  const auto in_run = [&](std::size_t at) { return is_digit(text[at]) || text[at] == '.'; };
  for (auto last = kept_digits; last < text.size();) {
    auto first = last;
    while (in_run(first) && first > last - kept_digits)
      --first;
    if (in_run(first) && first == last - kept_digits)
      return true;
    last = first + kept_digits + 1;
  }
  return false;
}

/// A JSON number, whole.
bool is_number(std::string_view text) noexcept {
  const auto digits = [&] {
    std::size_t count = 0;
    for (; !text.empty() && is_digit(text.front()); ++count)
      text.remove_prefix(1);
    return count;
  };
  const auto take = [&](std::string_view any) {
    const bool found = !text.empty() && any.find(text.front()) != std::string_view::npos;
    text.remove_prefix(found ? 1 : 0);
    return found;
  };
  take("-");
  const bool zero = text.starts_with('0');
  const auto whole = digits();
  if (whole == 0 || (zero && whole > 1))
    return false;
  if (take(".") && digits() == 0)
    return false;
  if (take("eE")) {
    take("+-");
    if (digits() == 0)
      return false;
  }
  return text.empty();
}

/// True if the tree would refuse or round the number. `text` is a JSON number.
bool is_too_long(std::string_view text) noexcept {
  const auto mantissa = text.substr(0, text.find_first_of("eE"));
  const auto digits =
      static_cast<std::size_t>(std::count_if(mantissa.begin(), mantissa.end(), is_digit));
  if (text.find_first_of(".eE") != std::string_view::npos)
    return digits > kept_digits;
  if (digits <= short_digits)
    return false;
  std::int64_t number = 0;
  std::uint64_t natural = 0;
  const auto* const end = text.data() + text.size();
  return std::from_chars(text.data(), end, number).ec != std::errc() &&
         std::from_chars(text.data(), end, natural).ec != std::errc();
}

/// The role of a container.
enum class place : std::uint8_t {
  elsewhere,
  body,
  tools,    // the array
  tool,     // one of it
  function, // its function
  sampling, // sampling_params, or an array of them
  outputs,  // structured_outputs
  schema    // a schema, or a part of one
};

/// The place of a value; items of an array have no key.
place place_of(place around, std::string_view key) noexcept {
  switch (around) {
  case place::body:
    if (key == "tools")
      return place::tools;
    if (key == "sampling_params")
      return place::sampling;
    if (key == "structured_outputs")
      return place::outputs;
    return key == "response_format" || key == "json_schema" || key == "structural_tag" ||
                   key == "guided_json"
               ? place::schema
               : place::elsewhere;
  case place::tools: return key.empty() ? place::tool : place::elsewhere;
  case place::tool: return key == "function" ? place::function : place::elsewhere;
  case place::function: return key == "parameters" ? place::schema : place::elsewhere;
  case place::sampling:
    if (key.empty())
      return place::sampling;
    return key == "json_schema" || key == "structural_tag" ? place::schema : place::elsewhere;
  case place::outputs:
    return key == "json" || key == "structural_tag" ? place::schema : place::elsewhere;
  case place::schema: return place::schema;
  case place::elsewhere: break;
  }
  return place::elsewhere;
}

/// Copies the text token by token.
class marker {
public:
  explicit marker(std::string_view text) : text_(text) { out_.reserve(text.size() + 64); }

  std::string run() {
    while (at_ < text_.size() && open_.size() <= limits::json_depth_max)
      read_token();
    out_.append(text_.substr(at_));
    return std::move(out_);
  }

private:
  struct container {
    bool is_object = false;
    bool at_key = false; // the next string is one
    place what = place::elsewhere;
    std::string_view key; // the last key read
  };

  void read_token() {
    const char c = text_[at_];
    if (c == '"')
      return read_string();
    if (is_number_byte(c))
      return read_number();
    if (c == '{' || c == '[') {
      const auto what = open_.empty() ? place::body : place_of(open_.back().what, key());
      open_.push_back({c == '{', c == '{', what, {}});
    } else if ((c == '}' || c == ']') && !open_.empty()) {
      open_.pop_back();
    } else if (c == ',' && !open_.empty()) {
      open_.back().at_key = open_.back().is_object;
    }
    out_ += c;
    ++at_;
  }

  std::string_view key() const { return open_.back().is_object ? open_.back().key : ""sv; }

  bool is_value_of_schema() const {
    return !open_.empty() && !open_.back().at_key && open_.back().what == place::schema;
  }

  void read_string() {
    auto end = at_ + 1;
    while (end < text_.size() && text_[end] != '"')
      end += text_[end] == '\\' ? 2 : 1;
    const auto inside = text_.substr(at_ + 1, end - at_ - 1);
    out_ += '"';
    if (is_value_of_schema() && inside.starts_with(escaped_zero))
      out_ += escaped_zero;
    if (!open_.empty() && open_.back().at_key) {
      open_.back().key = inside;
      open_.back().at_key = false;
    }
    out_.append(inside);
    at_ = std::min(end, text_.size());
    if (at_ < text_.size()) {
      out_ += '"';
      ++at_;
    }
  }

  void read_number() {
    auto end = at_;
    while (end < text_.size() && is_number_byte(text_[end]))
      ++end;
    const auto number = text_.substr(at_, end - at_);
    const bool marked = is_value_of_schema() && is_number(number) && is_too_long(number);
    if (marked)
      out_.append("\"").append(escaped_zero);
    out_.append(number);
    if (marked)
      out_ += '"';
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<container> open_;
};

} // namespace

std::optional<std::string> with_marked_numbers(std::string_view text) {
  if (!has_long_run(text) && text.find(escaped_zero) == std::string_view::npos)
    return std::nullopt;
  return marker(text).run();
}

void append_schema_json(std::string& out, json_element schema) {
  std::string_view text;
  if (schema.get_string().get(text) == simdjson::SUCCESS && text.starts_with('\0')) {
    text.remove_prefix(1);
    if (text.starts_with('\0'))
      hadal::append_json_string(out, text, json_escapes::required);
    else
      out += text;
    return;
  }
  json_array items;
  json_object members;
  char before = '{';
  if (schema.get_object().get(members) == simdjson::SUCCESS) {
    for (const auto member : members) {
      out += before;
      hadal::append_json_string(out, member.key, json_escapes::required);
      out += ':';
      append_schema_json(out, member.value);
      before = ',';
    }
    out += before == '{' ? "{}" : "}";
  } else if (schema.get_array().get(items) == simdjson::SUCCESS) {
    before = '[';
    for (const json_element item : items) {
      out += before;
      append_schema_json(out, item);
      before = ',';
    }
    out += before == '[' ? "[]" : "]";
  } else {
    append_compact_json(out, schema);
  }
}

} // namespace hadal::net
