// The one source that is compiled with the program's path.
#include "tests/actors/server/run_program.hpp"

#include "tests/actors/server/temporary_folder.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hadal::server::testing {

program_outcome run_program(const std::string& command, const std::string& input,
                            const std::string& variables) {
  const temporary_folder folder;
  const auto text_of = [&](const char* name) {
    std::ifstream file{folder.path(name)};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  folder.write("in", input);
  const auto path = folder.path().string();
  const auto line = "env -u HADAL_DEFAULT_MODEL " + variables + " '" HADAL_PROGRAM "' " + command +
                    " <" + path + "/in >" + path + "/out 2>" + path + "/err";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of("out"), text_of("err")};
}

} // namespace hadal::server::testing
