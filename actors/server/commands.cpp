#include "actors/server/commands.hpp"

#include "actors/server/api_key_file.hpp"
#include "actors/server/build_info.hpp"
#include "actors/server/chat_options.hpp"
#include "actors/server/help.hpp"
#include "actors/server/machine.hpp"
#include "actors/server/serve.hpp"
#include "actors/server/serve_flags.hpp"
#include "actors/server/service_variables.hpp"
#include "base/log.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace hadal::server {

namespace {

constexpr std::string_view serve_opening =
    "hadal serve [flags]\n"
    "\n"
    "Answers OpenAI clients on http://127.0.0.1:30000/v1. Without --model-path it serves\n"
    "the model that comes with Hadal. SIGTERM or Ctrl-C lets running answers end.\n"
    "\n"
    "Each flag has an environment twin (--port: HADAL_PORT); the command line wins.\n"
    "What Kubernetes sets for a service (HADAL_PORT=tcp://...) is not read.\n"
    "One group alone: hadal serve --help GROUP\n"
    "Exit codes: 0 stopped, 1 failed, 2 the command line is wrong\n";

constexpr std::string_view version_opening = "hadal version\n"
                                             "\n"
                                             "Prints what this program was built from.\n";

} // namespace

environment process_environment() {
  return [](const std::string& name) -> const char* { return std::getenv(name.c_str()); };
}

std::vector<std::string> variable_warnings() {
  serve_options serve;
  chat_options chat;
  auto known = serve_flags(serve);
  for (auto& f : chat_flags(chat))
    known.push_back(std::move(f));
  const auto set = set_variables();
  const auto services = find_services(set, process_environment());
  auto lines = service_warnings(services, known);
  for (auto& line : misspelt_variables(without_services(set, services), known))
    lines.push_back(std::move(line));
  return lines;
}

int usage_failure(std::string_view command, const error& what) {
  fmt::print(stderr, "hadal {}: {}\n", command, what.message);
  return exit_usage;
}

std::optional<int> answer_help(const arguments& args, std::string_view opening,
                               const flag_table& table) {
  const auto asked = std::find_if(args.begin(), args.end(),
                                  [](const auto& a) { return a == "--help" || a == "-h"; });
  if (asked == args.end())
    return std::nullopt;
  const auto group = asked + 1;
  if (group == args.end() || group->front() == '-') {
    fmt::print("{}", help_text(opening, table));
    return exit_ok;
  }
  const auto text = group_help_text(table, *group);
  if (!text)
    return usage_failure(opening.substr(6, opening.find_first_of(" \n", 6) - 6), text.error());
  fmt::print("{}", *text);
  return exit_ok;
}

int serve_command(const arguments& args) {
  serve_options shown;
  if (const auto code = answer_help(args, serve_opening, serve_flags(shown)))
    return *code;
  const auto options = parse_serve_options(args, process_environment());
  if (!options)
    return usage_failure("serve", options.error());
  const auto keys = accepted_keys(*options);
  if (!keys)
    return usage_failure("serve", keys.error());
  log::set_level(options->log_level);
  for (const auto& lines : {start_warnings(*options), variable_warnings()})
    for (const auto& line : lines)
      log::warning("{}", line);
  raise_descriptor_limit();
  return run_serve(*options);
}

int version_command(const arguments& args) {
  if (const auto code = answer_help(args, version_opening, {}))
    return *code;
  if (const auto done = apply({}, args, process_environment()); !done)
    return usage_failure("version", done.error());
  fmt::print("{}", version_text());
  return exit_ok;
}

} // namespace hadal::server
