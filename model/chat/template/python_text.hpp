#pragma once
// Text as in Python: the spelling of numbers and strings, and white space.

#include <cstddef>
#include <string>
#include <string_view>

namespace hadal::model::templates {

/// repr() of a float: the fewest digits that give the same value, with an exponent from 1e16 on and
/// below 1e-4; "inf" and "nan".
std::string python_float(double value);

/// Appends repr() of a str: quotes and escapes included. `text` is UTF-8.
void append_repr(std::string& out, std::string_view text);

/// str.isspace() of one character.
bool is_python_space(char32_t code_point) noexcept;

/// Bytes of white space at the front, and the size of `text` without the white space at its end.
std::size_t leading_space(std::string_view text) noexcept;
std::size_t size_without_trailing_space(std::string_view text) noexcept;

} // namespace hadal::model::templates
