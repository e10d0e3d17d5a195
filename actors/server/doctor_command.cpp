#include "actors/server/commands.hpp"
namespace hadal::server {
int doctor_command(const arguments&) {
  return exit_failure;
}
} // namespace hadal::server
