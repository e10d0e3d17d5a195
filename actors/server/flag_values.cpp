#include "actors/server/flag_values.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hadal::server {

namespace {

tl::unexpected<error> must_be(std::string what) {
  return fail(error_code::invalid_config, "must be " + std::move(what));
}

/// "a whole number from 1 to 65535", "a whole number of at least 1".
std::string range(std::string_view kind, std::string least, std::string most) {
  return most.empty() ? fmt::format("{} of at least {}", kind, least)
                      : fmt::format("{} from {} to {}", kind, least, most);
}

/// Reads the whole of `text`; false if it does not fit.
template <class T>
bool read_all(std::string_view text, T& into) {
  const auto* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, into);
  return code == std::errc{} && stop == end && !text.empty();
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// Bytes of a unit ("", "k", "KiB", "m", ...), or 0 for any other text.
std::uint64_t unit_bytes(std::string_view unit) {
  const auto name = lower(unit);
  if (name.empty() || name == "b")
    return 1;
  if (name == "k" || name == "kib")
    return std::uint64_t{1} << 10;
  if (name == "m" || name == "mib")
    return std::uint64_t{1} << 20;
  if (name == "g" || name == "gib")
    return std::uint64_t{1} << 30;
  return 0;
}

/// 1500 is "1.5", 30000 is "30".
std::string seconds_text(std::uint32_t ms) {
  return fmt::format("{}", static_cast<double>(ms) / 1000.0);
}

} // namespace

result<std::int64_t> read_integer(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  if (!read_all(text, value) || value < least || value > most)
    return must_be(range("a whole number", fmt::format("{}", least),
                         most == int64_largest ? "" : fmt::format("{}", most)));
  return value;
}

result<std::uint64_t> read_bytes(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::uint64_t value = 0;
  const auto unit = unit_bytes(text.substr(digits));
  if (!read_all(text.substr(0, digits), value) || unit == 0 || value > most / unit ||
      value * unit < least)
    return must_be(range("a number of bytes (with k, M or G if you like)", fmt::format("{}", least),
                         fmt::format("{}", most)));
  return value * unit;
}

result<std::uint32_t> read_seconds(std::string_view text, std::uint32_t least_ms,
                                   std::uint32_t most_ms) {
  double value = 0;
  const bool read = read_all(text, value) && std::isfinite(value);
  const auto ms = std::round(value * 1000.0);
  if (!read || ms < least_ms || ms > most_ms)
    return must_be(range("a number of seconds", seconds_text(least_ms), seconds_text(most_ms)));
  return static_cast<std::uint32_t>(ms);
}

result<double> read_number(std::string_view text, double least, double most) {
  double value = 0;
  if (!read_all(text, value) || !(value >= least && value <= most))
    return must_be(range("a number", fmt::format("{}", least),
                         std::isfinite(most) ? fmt::format("{}", most) : ""));
  return value;
}

result<bool> read_switch(std::string_view text) {
  const auto word = lower(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1")
    return true;
  if (word == "false" || word == "no" || word == "off" || word == "0")
    return false;
  return must_be("true, yes, on, 1, false, no, off or 0");
}

value_setter text(std::string& into) {
  return [&into](std::string_view value) -> result<void> {
    if (value.empty())
      return must_be("not empty");
    into = value;
    return {};
  };
}

value_setter text_list(std::vector<std::string>& into) {
  return [&into](std::string_view value) -> result<void> {
    if (value.empty())
      return must_be("not empty");
    if (std::find(into.begin(), into.end(), value) != into.end())
      return must_be("given once");
    into.emplace_back(value);
    return {};
  };
}

value_setter on_off(bool& into) {
  return [&into](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(on, read_switch(value));
    into = on;
    return {};
  };
}

value_setter on_off(std::optional<bool>& into) {
  return [&into](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(on, read_switch(value));
    into = on;
    return {};
  };
}

value_setter number(std::optional<double>& into, double least, double most) {
  return [&into, least, most](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(read, read_number(value, least, most));
    into = read;
    return {};
  };
}

value_setter seconds(std::uint32_t& into_ms, std::uint32_t least_ms, std::uint32_t most_ms) {
  return [&into_ms, least_ms, most_ms](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(ms, read_seconds(value, least_ms, most_ms));
    into_ms = ms;
    return {};
  };
}

value_setter log_level(log::level& into) {
  return choice(into, {{"debug", log::level::debug},
                       {"info", log::level::info},
                       {"warning", log::level::warning},
                       {"error", log::level::error},
                       {"off", log::level::off}});
}

value_setter bytes(std::uint64_t& into, std::uint64_t least, std::uint64_t most) {
  return [&into, least, most](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(read, read_bytes(value, least, most));
    into = read;
    return {};
  };
}

value_setter bytes(std::optional<std::uint64_t>& into, std::uint64_t least, std::uint64_t most) {
  return [&into, least, most](std::string_view value) -> result<void> {
    HADAL_TRY_ASSIGN(read, read_bytes(value, least, most));
    into = read;
    return {};
  };
}

} // namespace hadal::server
