#include "model/chat/output/json_scanner.hpp"

#include "base/json_string.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace hadal::model {

namespace {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr int hex_value(char c) noexcept {
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::size_t json_scanner::feed(std::string_view text, std::string* compact) {
  compact_ = compact;
  std::size_t used = 0;
  while (used < text.size() && open())
    if (step(text[used]) && !broken())
      ++used;
  compact_ = nullptr;
  return used;
}

bool json_scanner::finish() noexcept {
  if (open() && in_ == token::number && containers_.empty() && number_is_whole())
    status_ = state::complete;
  return complete();
}

bool json_scanner::step(char c) {
  switch (in_) {
  case token::none: between(c); return true;
  case token::text: in_text(c); return true;
  case token::escape: in_escape(c); return true;
  case token::hex: in_hex(c); return true;
  case token::number: return in_number(c);
  case token::literal: in_literal(c); return true;
  }
  return true;
}

void json_scanner::between(char c) {
  if (is_space(c))
    return;
  switch (expects_) {
  case expectation::value: return begin_value(c);
  case expectation::value_or_end:
    if (c == ']')
      return close_container(c);
    return begin_value(c);
  case expectation::key_or_end:
    if (c == '}')
      return close_container(c);
    [[fallthrough]];
  case expectation::key:
    if (c != '"')
      return fail();
    in_ = token::text;
    text_is_key_ = true;
    return emit(c);
  case expectation::colon:
    if (c != ':')
      return fail();
    expects_ = expectation::value;
    return emit(c);
  case expectation::comma_or_end:
    if (c == ',') {
      expects_ = containers_.back() == '{' ? expectation::key : expectation::value;
      return emit(c);
    }
    if (c != '}' && c != ']')
      return fail();
    return close_container(c);
  }
}

void json_scanner::begin_value(char c) {
  if (c == '{' || c == '[')
    return open_container(c);
  if (c == '"') {
    in_ = token::text;
    text_is_key_ = false;
  } else if (c == '-' || is_digit(c)) {
    in_ = token::number;
    number_ = c == '-' ? number_part::minus : c == '0' ? number_part::zero : number_part::integer;
  } else if (c == 't' || c == 'f' || c == 'n') {
    in_ = token::literal;
    literal_ = c == 't' ? "true" : c == 'f' ? "false" : "null";
    literal_read_ = 1;
  } else {
    return fail();
  }
  emit(c);
}

void json_scanner::open_container(char c) {
  if (containers_.size() == limits::json_depth_max)
    return fail();
  containers_ += c;
  expects_ = c == '{' ? expectation::key_or_end : expectation::value_or_end;
  emit(c);
}

void json_scanner::close_container(char c) {
  if (containers_.empty() || containers_.back() != (c == '}' ? '{' : '['))
    return fail();
  containers_.pop_back();
  emit(c);
  end_value();
}

void json_scanner::end_value() {
  in_ = token::none;
  expects_ = expectation::comma_or_end;
  if (containers_.empty())
    status_ = state::complete;
}

// -- strings ------------------------------------------------------------------------------------

void json_scanner::in_text(char c) {
  if (c == '\\') {
    in_ = token::escape;
    return;
  }
  if (high_surrogate_ != 0 || static_cast<unsigned char>(c) < 0x20)
    return fail();
  emit(c);
  if (c == '"')
    end_text();
}

void json_scanner::end_text() {
  if (!text_is_key_)
    return end_value();
  in_ = token::none;
  expects_ = expectation::colon;
}

void json_scanner::in_escape(char c) {
  if (c == 'u') {
    in_ = token::hex;
    hex_ = 0;
    hex_digits_ = 0;
    return;
  }
  if (high_surrogate_ != 0)
    return fail();
  in_ = token::text;
  switch (c) {
  case '"':
  case '\\':
  case '/': return emit_code_point(static_cast<unsigned char>(c));
  case 'b': return emit_code_point('\b');
  case 'f': return emit_code_point('\f');
  case 'n': return emit_code_point('\n');
  case 'r': return emit_code_point('\r');
  case 't': return emit_code_point('\t');
  default: return fail();
  }
}

void json_scanner::in_hex(char c) {
  const int digit = hex_value(c);
  if (digit < 0)
    return fail();
  hex_ = hex_ * 16 + static_cast<std::uint32_t>(digit);
  if (++hex_digits_ == 4)
    end_code_unit();
}

void json_scanner::end_code_unit() {
  in_ = token::text;
  if (high_surrogate_ != 0) {
    if (!is_low_surrogate(hex_))
      return fail();
    emit_code_point(join_surrogates(high_surrogate_, hex_));
    high_surrogate_ = 0;
    return;
  }
  if (is_low_surrogate(hex_))
    return fail();
  if (is_high_surrogate(hex_))
    high_surrogate_ = hex_;
  else
    emit_code_point(hex_);
}

// -- numbers and literals -----------------------------------------------------------------------

bool json_scanner::number_is_whole() const noexcept {
  return number_ == number_part::zero || number_ == number_part::integer ||
         number_ == number_part::fraction || number_ == number_part::exponent_digits;
}

bool json_scanner::in_number(char c) {
  using part = number_part;
  const part before = number_;
  if (is_digit(c)) {
    switch (before) {
    case part::minus: number_ = c == '0' ? part::zero : part::integer; break;
    case part::zero: fail(); return true;
    case part::point: number_ = part::fraction; break;
    case part::exponent:
    case part::exponent_sign: number_ = part::exponent_digits; break;
    default: break;
    }
    emit(c);
    return true;
  }
  if (c == '.' && (before == part::zero || before == part::integer))
    number_ = part::point;
  else if ((c == 'e' || c == 'E') &&
           (before == part::zero || before == part::integer || before == part::fraction))
    number_ = part::exponent;
  else if ((c == '+' || c == '-') && before == part::exponent)
    number_ = part::exponent_sign;
  else {
    if (number_is_whole())
      end_value();
    else
      fail();
    return false;
  }
  emit(c);
  return true;
}

void json_scanner::in_literal(char c) {
  if (c != literal_[literal_read_])
    return fail();
  emit(c);
  if (++literal_read_ == literal_.size())
    end_value();
}

// -- the compact form ---------------------------------------------------------------------------

void json_scanner::emit(char c) {
  if (compact_ != nullptr)
    *compact_ += c;
}

/// A character of a string.
void json_scanner::emit_code_point(std::uint32_t code) {
  if (compact_ == nullptr)
    return;
  std::string text;
  append_utf8(text, code);
  append_json_characters(*compact_, text, json_escapes::required);
}

} // namespace hadal::model
