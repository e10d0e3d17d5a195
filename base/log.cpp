#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

namespace hadal::log {

namespace {

std::atomic<level> least_level{level::info};

spdlog::level::level_enum native(level l) noexcept {
  switch (l) {
  case level::debug: return spdlog::level::debug;
  case level::info: return spdlog::level::info;
  case level::warning: return spdlog::level::warn;
  case level::error: return spdlog::level::err;
  case level::off: break;
  }
  return spdlog::level::off;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_color_mt("hadal");
    made->set_level(spdlog::level::debug);
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    return made;
  }();
  return *instance;
}

} // namespace

void set_level(level least) {
  least_level.store(least, std::memory_order_relaxed);
}

bool enabled(level l) noexcept {
  return l >= least_level.load(std::memory_order_relaxed);
}

void write(level l, std::string_view line) {
  logger().log(native(l), spdlog::string_view_t(line.data(), line.size()));
}

} // namespace hadal::log
