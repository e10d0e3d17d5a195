#pragma once
// Runs the program as a user does, from the source folder.

#include <string>

namespace hadal::server::testing {

struct program_outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// `command` follows the program's name in a shell's line; `variables` ("A=b C=d") stand before it.
program_outcome run_program(const std::string& command, const std::string& input = {},
                            const std::string& variables = {});

} // namespace hadal::server::testing
