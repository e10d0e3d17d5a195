#pragma once
// Reads one JSON value in pieces of any size, and knows at once when it is complete or invalid. RFC
// 8259; lone surrogates and nesting beyond limits::json_depth_max are refused. Non-ASCII bytes in
// strings are not checked.
//
//   json_scanner scanner;
//   std::string compact;
//   std::size_t used = scanner.feed(R"( {"a": "\u00e9"} rest)", &compact);   // compact {"a":"é"}

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model {

class json_scanner {
public:
  enum class state : std::uint8_t { open, complete, broken };

  /// Takes bytes until the value is complete or invalid; returns how many were taken, without the
  /// byte that made it invalid. White space before the value is taken, white space after it is not.
  /// The known part of the value's compact form is appended to `compact`, if given: no white space
  /// between tokens, least escaping in strings, numbers as spelled.
  std::size_t feed(std::string_view text, std::string* compact = nullptr);

  /// Ends the text, which completes a bare number. True if the value is complete.
  bool finish() noexcept;

  /// True while only white space has been read.
  bool at_beginning() const noexcept { return open() && in_ == token::none && containers_.empty(); }

  state status() const noexcept { return status_; }
  bool open() const noexcept { return status_ == state::open; }
  bool complete() const noexcept { return status_ == state::complete; }
  bool broken() const noexcept { return status_ == state::broken; }

private:
  enum class expectation : std::uint8_t {
    value,
    value_or_end,
    key,
    key_or_end,
    colon,
    comma_or_end
  };
  enum class token : std::uint8_t { none, text, escape, hex, number, literal };
  enum class number_part : std::uint8_t {
    minus,
    zero,
    integer,
    point,
    fraction,
    exponent,
    exponent_sign,
    exponent_digits
  };

  /// False: the byte is not part of the token and must be read again.
  bool step(char c);
  void between(char c);
  void begin_value(char c);
  void in_text(char c);
  void in_escape(char c);
  void in_hex(char c);
  bool in_number(char c);
  void in_literal(char c);
  void open_container(char c);
  void close_container(char c);
  void end_text();
  void end_value();
  void end_code_unit();
  bool number_is_whole() const noexcept;
  void emit(char c);
  void emit_code_point(std::uint32_t code);
  void fail() noexcept { status_ = state::broken; }

  state status_ = state::open;
  expectation expects_ = expectation::value;
  token in_ = token::none;
  number_part number_ = number_part::minus;
  bool text_is_key_ = false;
  std::string containers_; // open '{' and '['
  std::string_view literal_;
  std::size_t literal_read_ = 0;
  std::uint32_t hex_ = 0;
  int hex_digits_ = 0;
  std::uint32_t high_surrogate_ = 0; // 0: none
  std::string* compact_ = nullptr;   // during feed
};

} // namespace hadal::model
