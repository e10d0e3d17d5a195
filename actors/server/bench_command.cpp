#include "actors/server/bench_commands.hpp"

#include <fmt/core.h>

#include <fstream>

namespace hadal::server {

namespace {

constexpr std::string_view overview =
    "hadal bench NAME [flags]\n"
    "\n"
    "  step      a model in this process: prefill, first token, decode, beside the machine's "
    "limits\n"
    "  serving   a running server over HTTP: streams of chat requests, counted and checked\n"
    "\n"
    "hadal bench NAME --help tells more.\n";

} // namespace

result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush())
    return fail(error_code::io_error, "cannot write " + path, path);
  return {};
}

int bench_command(const arguments& args) {
  if (args.empty() || args.front() == "--help" || args.front() == "-h") {
    fmt::print(args.empty() ? stderr : stdout, "{}", overview);
    return args.empty() ? exit_usage : exit_ok;
  }
  const arguments rest(args.begin() + 1, args.end());
  if (args.front() == "step")
    return bench_step_command(rest);
  if (args.front() == "serving")
    return bench_serving_command(rest);
  return usage_failure(
      "bench", {error_code::invalid_config,
                fmt::format("there is no benchmark '{}': step, serving", args.front()), ""});
}

} // namespace hadal::server
