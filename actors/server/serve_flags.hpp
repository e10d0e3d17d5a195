#pragma once
// The flags of `hadal serve`, with the names of SGLang's flags where those exist.

#include "actors/server/flags.hpp"
#include "actors/server/options.hpp"

#include <string>
#include <vector>

namespace hadal::server {

/// The flags that fill `options`, which must outlive the table.
flag_table serve_flags(serve_options& options);

/// Options from arguments (those after the command) and environment, checked with `validate`.
/// Errors: invalid_config (param = the flag or variable at fault).
result<serve_options> parse_serve_options(const std::vector<std::string>& arguments,
                                          const environment& variables);

} // namespace hadal::server
