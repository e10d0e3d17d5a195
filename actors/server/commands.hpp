#pragma once
// The commands of the program. Each takes the arguments after its name and returns the process's
// exit code: 0 all went well, 1 something failed, 2 the command line or an environment variable is
// wrong (said on standard error).

#include "actors/server/flags.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

using arguments = std::vector<std::string>;

int serve_command(const arguments& args);
int chat_command(const arguments& args);
int doctor_command(const arguments& args);
int bench_command(const arguments& args);
int version_command(const arguments& args);

/// Answers `--help` and `--help GROUP` anywhere among the arguments: the exit code, or empty if no
/// help was requested.
std::optional<int> answer_help(const arguments& args, std::string_view opening,
                               const flag_table& table);

/// Prints the error of a command line on standard error; returns exit_usage.
int usage_failure(std::string_view command, const error& what);

/// The variables of this process.
environment process_environment();

/// Warnings about variables of this process with a name similar to that of a flag's twin, or with
/// that name by accident.
std::vector<std::string> variable_warnings();

} // namespace hadal::server
