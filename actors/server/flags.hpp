#pragma once
// The command line as a table. A command makes a `flag_table` over its options record and
// calls `apply`. The help is written from the same table (help.hpp), so every flag is
// documented.
//
// Every flag has an environment twin: `--max-total-tokens` is HADAL_MAX_TOTAL_TOKENS, aliases too
// (the flag's own name wins over its aliases). The command line wins: the variable of a flag that
// is given there is not read. An empty variable counts as not set, and so does one that Kubernetes
// has set for a service (service_variables.hpp). A repeatable flag takes one value each time on the
// command line, and a comma-separated list from the environment. For a flag that is not repeatable
// the last value counts.
//
// Values follow as `--flag value` or `--flag=value`. A switch has no value (`--flag`), or one of
// these (`--flag=false`, HADAL_FLAG=0): true, yes, on, 1 and false, no, off, 0.

#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

struct flag {
  std::string name;                 // "--port"
  std::vector<std::string> aliases; // "--model"
  std::string group;                // heading in the help
  std::string value;                // placeholder, "PORT"; empty: a switch
  std::string help;                 // what it sets, with the default
  bool repeatable = false;

  /// Reads one value into the options record. The message of an error states what is allowed: "must
  /// be a whole number from 0 to 65535".
  std::function<result<void>(std::string_view value)> set;

  bool is_switch() const noexcept { return value.empty(); }
};

using flag_table = std::vector<flag>;

/// Value of an environment variable, or null. `std::getenv` outside tests.
using environment = std::function<const char*(const std::string& name)>;

/// The environment twin of a flag: "--port" is "HADAL_PORT".
std::string variable_of(std::string_view flag_name);

/// Fills the options behind `table`. `arguments` are those after the command's name. Arguments
/// without dashes go to `positionals`; if that is null they are an error. Errors: invalid_config;
/// the message names the flag or variable, the found and the allowed value; for an unknown flag the
/// nearest existing one.
result<void> apply(const flag_table& table, const std::vector<std::string>& arguments,
                   const environment& variables, std::vector<std::string>* positionals = nullptr);

/// A warning for each name in `set` that begins with HADAL_ and is no twin of a flag in `known` but
/// similar to one: a misspelt variable has no effect.
std::vector<std::string> misspelt_variables(const std::vector<std::string>& set,
                                            const flag_table& known);

/// Names of this process's variables that begin with HADAL_.
std::vector<std::string> set_variables();

} // namespace hadal::server
