#pragma once
// The tokens of a template's source.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model::templates {

enum class token_kind : std::uint8_t {
  data,           // text between tags, white space control already done
  variable_begin, // {{
  variable_end,
  block_begin, // {%
  block_end,
  name,
  string, // escapes undone
  integer,
  real,
  sign, // an operator or bracket
  end,  // of the source
};

struct token {
  token_kind kind = token_kind::end;
  std::string text; // of a number its spelling without '_'
  std::size_t line = 1;

  bool is_sign(std::string_view s) const noexcept { return kind == token_kind::sign && text == s; }
  bool is_name(std::string_view s) const noexcept { return kind == token_kind::name && text == s; }
};

/// "the name 'endfor'", "'}}'", "the end of the template" for messages.
std::string describe(const token& t);

} // namespace hadal::model::templates
