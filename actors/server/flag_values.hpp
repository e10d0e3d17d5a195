#pragma once
// Setters for flag::set: each reads one value of a kind into the member that it refers to. The
// message of an error states what is allowed and continues after the quoted value: "must be ...".
// The member must outlive the setter.

#include "base/log.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hadal::server {

using value_setter = std::function<result<void>(std::string_view)>;

/// A whole number, decimal digits with an optional minus. Errors: invalid_config.
result<std::int64_t> read_integer(std::string_view text, std::int64_t least, std::int64_t most);

/// The same with an optional binary unit: 4096, 16k, 16KiB, 1M, 2GiB.
result<std::uint64_t> read_bytes(std::string_view text, std::uint64_t least, std::uint64_t most);

/// Seconds, decimals allowed, as milliseconds. Errors: invalid_config.
result<std::uint32_t> read_seconds(std::string_view text, std::uint32_t least_ms,
                                   std::uint32_t most_ms);

/// A decimal number. Errors: invalid_config.
result<double> read_number(std::string_view text, double least, double most);

/// true, yes, on, 1 or false, no, off, 0, in any case. Errors: invalid_config.
result<bool> read_switch(std::string_view text);

template <class T>
value_setter integer(T& into, std::int64_t least, std::int64_t most) {
  return [&into, least, most](std::string_view text) -> result<void> {
    HADAL_TRY_ASSIGN(value, read_integer(text, least, most));
    into = static_cast<T>(value);
    return {};
  };
}

template <class T>
value_setter integer(std::optional<T>& into, std::int64_t least, std::int64_t most) {
  return [&into, least, most](std::string_view text) -> result<void> {
    HADAL_TRY_ASSIGN(value, read_integer(text, least, most));
    into = static_cast<T>(value);
    return {};
  };
}

/// One of a few words.
template <class T>
value_setter choice(T& into, std::vector<std::pair<std::string, std::type_identity_t<T>>> words) {
  return [&into, words = std::move(words)](std::string_view text) -> result<void> {
    std::string allowed;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].first == text) {
        into = words[i].second;
        return {};
      }
      allowed += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
      allowed += words[i].first;
    }
    return fail(error_code::invalid_config, "must be " + allowed);
  };
}

/// Any text except the empty one.
value_setter text(std::string& into);
/// The same, appended to a list. A duplicate value is an error.
value_setter text_list(std::vector<std::string>& into);
value_setter on_off(bool& into);
value_setter on_off(std::optional<bool>& into);
value_setter number(std::optional<double>& into, double least, double most);
value_setter seconds(std::uint32_t& into_ms, std::uint32_t least_ms, std::uint32_t most_ms);
value_setter log_level(log::level& into);
value_setter bytes(std::uint64_t& into, std::uint64_t least, std::uint64_t most);
value_setter bytes(std::optional<std::uint64_t>& into, std::uint64_t least, std::uint64_t most);

inline constexpr std::int64_t int32_largest = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t int64_largest = std::numeric_limits<std::int64_t>::max();

} // namespace hadal::server
