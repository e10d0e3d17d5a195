#include "net/openai/json_text.hpp"

#include "base/json_string.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace hadal::net {

namespace {

template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 32> digits{};
  const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  hadal::append_json_string(out, text, json_escapes::line_ends);
}

void append_json_integer(std::string& out, std::int64_t value) {
  append_number(out, value);
}

void append_json_integer(std::string& out, std::uint64_t value) {
  append_number(out, value);
}

void append_json_logprob(std::string& out, float value) {
  append_number(out, std::isfinite(value) ? value : -9999.0F);
}

void append_json_real(std::string& out, double value) {
  const double size = std::fabs(value);
  std::array<char, 64> digits{};
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto [end, ec] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out.append(text);
  if (fixed && text.find('.') == std::string_view::npos)
    out += ".0";
}

} // namespace hadal::net
