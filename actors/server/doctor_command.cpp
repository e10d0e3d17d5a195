#include "actors/server/commands.hpp"

#include <fmt/core.h>

namespace hadal::server {

int doctor_command(const arguments&) {
  fmt::print(stderr, "hadal doctor: this build has no checks\n");
  return exit_failure;
}

} // namespace hadal::server
