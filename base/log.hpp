#pragma once
// The log, over spdlog. Lines are subject, verb, object: "scheduler preempts sequence 12".

#include <fmt/core.h>

#include <string_view>
#include <utility>

namespace hadal::log {

enum class level { debug, info, warning, error, off };

/// Sets the lowest level that is written (to standard error).
void set_level(level least);

/// True when a line of this level would be written.
bool enabled(level l) noexcept;

void write(level l, std::string_view line);

template <class... Ts>
void debug(fmt::format_string<Ts...> format, Ts&&... xs) {
  if (enabled(level::debug))
    write(level::debug, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void info(fmt::format_string<Ts...> format, Ts&&... xs) {
  if (enabled(level::info))
    write(level::info, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void warning(fmt::format_string<Ts...> format, Ts&&... xs) {
  if (enabled(level::warning))
    write(level::warning, fmt::format(format, std::forward<Ts>(xs)...));
}

template <class... Ts>
void error(fmt::format_string<Ts...> format, Ts&&... xs) {
  if (enabled(level::error))
    write(level::error, fmt::format(format, std::forward<Ts>(xs)...));
}

} // namespace hadal::log
