#include "model/chat/template/lexer.hpp"

#include "base/utf8.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template/string_literal.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace hadal::model::templates {

namespace {

// Longest first: the first match is taken.
constexpr std::array<std::string_view, 25> signs = {
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "(",
    ")",  "[",  "]",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ","};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Converts all line breaks to \n and removes one at the end.
std::string normalized(std::string_view source) {
  std::string out;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      out += source[i];
      continue;
    }
    out += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n')
      ++i;
  }
  if (!out.empty() && out.back() == '\n')
    out.pop_back();
  return out;
}

enum class strip : std::uint8_t { automatic, all, none };

class lexer {
public:
  explicit lexer(std::string_view source) : source_(normalized(source)), text_(source_) {}

  result<std::vector<token>> run() {
    while (at_ < text_.size() && problem_.empty())
      read_data();
    if (!problem_.empty())
      return fail(error_code::invalid_request, fmt::format("line {}: {}", line_, problem_));
    add(token_kind::end, {});
    return std::move(tokens_);
  }

private:
  void add(token_kind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  void set_problem(std::string what) {
    if (problem_.empty())
      problem_ = std::move(what);
  }

  bool looking_at(std::string_view word, std::size_t at) const {
    return text_.substr(at, word.size()) == word;
  }

  // Goes on to `to`, counting lines.
  void advance(std::size_t to) {
    line_ +=
        static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                            text_.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
    line_starting_ = to > 0 && to > at_ ? text_[to - 1] == '\n' : line_starting_;
    at_ = to;
  }

  void skip_space() { advance(at_ + leading_space(text_.substr(at_))); }

  // Adds the text before a tag, without the white space that the tag's sign and the settings
  // remove.
  void add_data(std::size_t end, strip mode, bool lstrip) {
    std::string_view data = text_.substr(at_, end - at_);
    if (mode == strip::all) {
      data = data.substr(0, size_without_trailing_space(data));
    } else if (mode == strip::automatic && lstrip) {
      const std::size_t line_begin = data.rfind('\n') + 1; // npos + 1 is 0
      const std::string_view last = data.substr(line_begin);
      if ((line_begin > 0 || line_starting_) && leading_space(last) == last.size())
        data = data.substr(0, line_begin);
    }
    if (!data.empty())
      add(token_kind::data, std::string(data));
    advance(end);
  }

  static strip strip_of(std::string_view rest) {
    if (rest.empty())
      return strip::automatic;
    return rest.front() == '-' ? strip::all : rest.front() == '+' ? strip::none : strip::automatic;
  }

  void read_data() {
    std::size_t tag = at_;
    for (;; ++tag) {
      tag = text_.find('{', tag);
      if (tag == std::string_view::npos || tag + 1 >= text_.size())
        return add_data(text_.size(), strip::none, false);
      if (text_[tag + 1] == '{' || text_[tag + 1] == '%' || text_[tag + 1] == '#')
        break;
    }
    const char kind = text_[tag + 1];
    const strip mode = strip_of(text_.substr(tag + 2));
    add_data(tag, mode, kind != '{');
    const std::size_t after = tag + 2 + (mode == strip::automatic ? 0 : 1);
    if (kind == '#')
      read_comment(after);
    else if (kind == '%' && skips_raw(after))
      read_raw();
    else
      read_tag(after, kind == '{');
  }

  // The end of a block or comment at `at_`: the tag's own white space control.
  void finish_tag(std::size_t after, strip mode) {
    advance(after);
    if (mode == strip::all)
      skip_space();
    else if (mode == strip::automatic && looking_at("\n", at_))
      advance(at_ + 1);
  }

  void read_comment(std::size_t begin) {
    const std::size_t end = text_.find("#}", begin);
    if (end == std::string_view::npos)
      return begin < text_.size() ? set_problem("expected '#}' at the end of a comment")
                                  : advance(text_.size());
    const char before = end > begin ? text_[end - 1] : '\0';
    finish_tag(end + 2, strip_of(std::string_view(&before, 1)));
  }

  // True when the block at `after` is "raw"; then it has been passed.
  bool skips_raw(std::size_t after) {
    std::size_t at = after + leading_space(text_.substr(after));
    if (!looking_at("raw", at))
      return false;
    at += 3;
    at += leading_space(text_.substr(at));
    const bool minus = looking_at("-%}", at);
    if (!minus && !looking_at("%}", at))
      return false;
    advance(at + (minus ? 3 : 2));
    if (minus)
      skip_space();
    return true;
  }

  void read_raw() {
    for (std::size_t tag = text_.find("{%", at_); tag != std::string_view::npos;
         tag = text_.find("{%", tag + 2)) {
      const strip mode = strip_of(text_.substr(tag + 2));
      std::size_t at = tag + 2 + (mode == strip::automatic ? 0 : 1);
      at += leading_space(text_.substr(at));
      if (!looking_at("endraw", at))
        continue;
      at += 6;
      at += leading_space(text_.substr(at));
      const strip end_mode = strip_of(text_.substr(at));
      at += end_mode == strip::automatic ? 0 : 1;
      if (!looking_at("%}", at))
        continue;
      add_data(tag, mode, true);
      return finish_tag(at + 2, end_mode);
    }
    if (at_ < text_.size())
      set_problem("expected '{% endraw %}'");
  }

  void read_tag(std::size_t begin, bool variable) {
    add(variable ? token_kind::variable_begin : token_kind::block_begin, {});
    advance(begin);
    open_.clear();
    while (problem_.empty()) {
      skip_space();
      if (open_.empty() && (variable ? ends_variable() : ends_block()))
        return;
      if (at_ >= text_.size())
        return set_problem(
            fmt::format("expected '{}' before the end of the template", variable ? "}}" : "%}"));
      read_word();
    }
  }

  bool ends_variable() {
    const bool minus = looking_at("-}}", at_);
    if (!minus && !looking_at("}}", at_))
      return false;
    add(token_kind::variable_end, {});
    advance(at_ + (minus ? 3 : 2));
    if (minus)
      skip_space();
    return true;
  }

  bool ends_block() {
    const strip mode = strip_of(text_.substr(at_));
    const std::size_t end = at_ + (mode == strip::automatic ? 0 : 1);
    if (!looking_at("%}", end))
      return false;
    add(token_kind::block_end, {});
    finish_tag(end + 2, mode);
    return true;
  }

  void read_word() {
    const char c = text_[at_];
    if (is_digit(c))
      return read_number();
    if (c == '\'' || c == '"')
      return read_string(c);
    if (const std::size_t bytes = name_bytes(); bytes > 0) {
      add(token_kind::name, std::string(text_.substr(at_, bytes)));
      return advance(at_ + bytes);
    }
    for (const std::string_view sign : signs)
      if (looking_at(sign, at_))
        return read_sign(sign);
    std::size_t bytes = 0;
    decode_front(text_.substr(at_), bytes);
    set_problem(
        fmt::format("the character '{}' is not expected in a tag", text_.substr(at_, bytes)));
  }

  void read_sign(std::string_view sign) {
    if (sign == "(" || sign == "[" || sign == "{") {
      open_ += sign == "(" ? ')' : sign == "[" ? ']' : '}';
    } else if (sign == ")" || sign == "]" || sign == "}") {
      if (open_.empty() || open_.back() != sign.front())
        return set_problem(open_.empty()
                               ? fmt::format("'{}' closes nothing", sign)
                               : fmt::format("expected '{}', found '{}'", open_.back(), sign));
      open_.pop_back();
    }
    add(token_kind::sign, std::string(sign));
    advance(at_ + sign.size());
  }

  std::size_t name_bytes() const {
    std::size_t end = at_;
    while (end < text_.size()) {
      std::size_t bytes = 0;
      const char32_t c = decode_front(text_.substr(end), bytes);
      const bool ascii = (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_' ||
                         (end > at_ && c >= U'0' && c <= U'9');
      if (!ascii && (c < 0x80 || !is_word(c)))
        break;
      end += bytes;
    }
    return end - at_;
  }

  // Digits with single '_' between them.
  std::size_t digits_end(std::size_t at) const {
    if (at >= text_.size() || !is_digit(text_[at]))
      return at;
    while (at < text_.size() &&
           (is_digit(text_[at]) ||
            (text_[at] == '_' && at + 1 < text_.size() && is_digit(text_[at + 1]))))
      ++at;
    return at;
  }

  std::size_t exponent_end(std::size_t at) const {
    if (at >= text_.size() || (text_[at] != 'e' && text_[at] != 'E'))
      return at;
    std::size_t digits = at + 1;
    if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-'))
      ++digits;
    const std::size_t end = digits_end(digits);
    return end == digits ? at : end;
  }

  std::size_t based_end(std::size_t at) const {
    const char base = at + 1 < text_.size() ? static_cast<char>(text_[at + 1] | 0x20) : '\0';
    if (text_[at] != '0' || (base != 'x' && base != 'o' && base != 'b'))
      return at;
    const std::string_view digits = base == 'x'   ? "0123456789abcdefABCDEF_"
                                    : base == 'o' ? "01234567_"
                                                  : "01_";
    const std::size_t end = std::min(text_.find_first_not_of(digits, at + 2), text_.size());
    return end == at + 2 ? at : end;
  }

  void read_number() {
    const bool after_dot = at_ > 0 && text_[at_ - 1] == '.';
    std::size_t end = digits_end(at_);
    token_kind kind = token_kind::integer;
    if (const std::size_t based = based_end(at_); based > at_) {
      end = based;
    } else if (!after_dot) {
      std::size_t real = end;
      if (real < text_.size() && text_[real] == '.' && digits_end(real + 1) > real + 1)
        real = digits_end(real + 1);
      real = exponent_end(real);
      if (real > end)
        kind = token_kind::real;
      end = real;
    }
    std::string digits(text_.substr(at_, end - at_));
    if (kind == token_kind::integer && based_end(at_) == at_ && digits.front() == '0' &&
        digits.find_first_not_of("0_") != std::string::npos)
      return set_problem(fmt::format("the integer {} begins with 0", digits));
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    add(kind, std::move(digits));
    advance(end);
  }

  void read_string(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote)
      end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size())
      return set_problem("expected the end of a string");
    auto inside = unescaped(text_.substr(at_ + 1, end - at_ - 1));
    if (!inside)
      return set_problem(inside.error().message);
    add(token_kind::string, std::move(*inside));
    advance(end + 1);
  }

  std::string source_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool line_starting_ = true;
  std::string open_; // expected closing brackets, the innermost last
  std::vector<token> tokens_;
  std::string problem_;
};

} // namespace

std::string describe(const token& t) {
  switch (t.kind) {
  case token_kind::data: return "text";
  case token_kind::variable_begin: return "'{{'";
  case token_kind::variable_end: return "'}}'";
  case token_kind::block_begin: return "'{%'";
  case token_kind::block_end: return "'%}'";
  case token_kind::name: return fmt::format("the name '{}'", t.text);
  case token_kind::string: return "a string";
  case token_kind::integer:
  case token_kind::real: return fmt::format("the number {}", t.text);
  case token_kind::sign: return fmt::format("'{}'", t.text);
  case token_kind::end: return "the end of the template";
  }
  return "?";
}

result<std::vector<token>> tokenize(std::string_view source) {
  return lexer(source).run();
}

} // namespace hadal::model::templates
