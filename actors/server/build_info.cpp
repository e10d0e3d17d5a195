#include "actors/server/build_info.hpp"

#include "actors/server/cpu_report.hpp"
#include "actors/server/revision.hpp"

#include <fmt/core.h>

namespace hadal::server {

namespace {

#if defined(__clang__)
constexpr std::string_view compiler = "Clang " __clang_version__;
#elif defined(__GNUC__)
constexpr std::string_view compiler = "GCC " __VERSION__;
#else
constexpr std::string_view compiler = "unknown";
#endif

} // namespace

std::string_view program_version() noexcept {
  return HADAL_VERSION;
}

std::string_view source_revision() noexcept {
  return HADAL_REVISION;
}

std::string version_text() {
  const auto revision = source_revision();
  return fmt::format("hadal {}{}\n"
                     "build      {}, {}\n"
                     "libraries  CAF {}, Boost {}, simdjson {}\n"
                     "cpu        {}: {}\n",
                     program_version(), revision.empty() ? "" : fmt::format(" ({})", revision),
                     HADAL_BUILD_TYPE, compiler, HADAL_CAF_VERSION, HADAL_BOOST_VERSION,
                     HADAL_SIMDJSON_VERSION, cpu_model(), join_features(cpu_features()));
}

} // namespace hadal::server
