#include "actors/server/commands.hpp"
#include "actors/server/doctor.hpp"
#include "actors/server/flag_values.hpp"
#include "actors/server/serve_flags.hpp"

#include <fmt/core.h>

namespace hadal::server {

namespace {

constexpr std::string_view doctor_opening =
    "hadal doctor [flags]\n"
    "\n"
    "Checks what hadal serve would need with the same flags, without loading a model: the\n"
    "machine, the port, the keys, config, tokenizer, every tensor's shape, the memory.\n"
    "One line a check. Flags and environment twins are those of hadal serve.\n"
    "Exit codes: 0 nothing fails, 1 something does, 2 the command line is wrong\n";

} // namespace

int doctor_command(const arguments& args) {
  serve_options options;
  bool as_json = false;
  auto table = serve_flags(options);
  table.push_back({"--json", {}, "Output", "", "print the checks as JSON", false, on_off(as_json)});
  if (const auto code = answer_help(args, doctor_opening, table))
    return *code;
  if (const auto done = apply(table, args, process_environment()); !done)
    return usage_failure("doctor", done.error());
  if (const auto done = validate(options); !done)
    return usage_failure("doctor", done.error());
  auto machine = this_machine();
  machine.variable_warnings = variable_warnings();
  const auto findings = examine(options, machine);
  fmt::print("{}", as_json ? findings_json(findings) : findings_text(findings));
  return is_healthy(findings) ? exit_ok : exit_failure;
}

} // namespace hadal::server
