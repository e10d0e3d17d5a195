#include "actors/server/commands.hpp"
#include "actors/server/nearest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace {

using namespace hadal::server;

struct command {
  std::string_view name;
  std::string_view summary;
  int (*run)(const arguments&);
};

constexpr std::array commands{
    command{"serve", "answer OpenAI clients over HTTP", serve_command},
    command{"chat", "talk to a model in the terminal", chat_command},
    command{"doctor", "check machine, model and port before serving", doctor_command},
    command{"bench", "time a model in this process, or a server over HTTP", bench_command},
    command{"version", "print what this program was built from", version_command},
};

void print_overview(std::FILE* to) {
  fmt::print(to, "Hadal serves DeepSeek models over an OpenAI-compatible HTTP API.\n\n");
  for (const auto& c : commands)
    fmt::print(to, "  hadal {:<9} {}\n", c.name, c.summary);
  fmt::print(to, "\nhadal COMMAND --help tells more. Without any flag, hadal serve and hadal chat\n"
                 "use the model that comes with Hadal.\n"
                 "Exit codes: 0 all went well, 1 something failed, 2 the command line is wrong\n");
}

const command* find_command(std::string_view name) {
  const auto found =
      std::find_if(commands.begin(), commands.end(), [&](const auto& c) { return c.name == name; });
  return found == commands.end() ? nullptr : found;
}

int refuse(std::string_view word) {
  if (word.substr(0, 1) == "-") {
    fmt::print(stderr, "hadal: a command comes before {}: hadal serve {}\n", word, word);
    return exit_usage;
  }
  std::vector<std::string> names{"help"};
  for (const auto& c : commands)
    names.emplace_back(c.name);
  const auto near = nearest(word, names);
  if (near.empty())
    fmt::print(stderr, "hadal: there is no command '{}'; hadal help lists those there are\n", word);
  else
    fmt::print(stderr, "hadal: there is no command '{}'; did you mean {}?\n", word, near);
  return exit_usage;
}

/// `hadal help` and `hadal help COMMAND [GROUP]`.
int help_command(const arguments& args) {
  if (args.empty()) {
    print_overview(stdout);
    return exit_ok;
  }
  const auto* c = find_command(args.front());
  if (c == nullptr)
    return refuse(args.front());
  arguments asked{"--help"};
  asked.insert(asked.end(), args.begin() + 1, args.end());
  return c->run(asked);
}

} // namespace

int main(int argc, char** argv) {
  const arguments words(argv + std::min(argc, 1), argv + argc);
  if (words.empty()) {
    print_overview(stderr);
    return exit_usage;
  }
  const auto& first = words.front();
  const arguments rest(words.begin() + 1, words.end());
  if (first == "help" || first == "--help" || first == "-h")
    return help_command(rest);
  if (first == "--version" || first == "-V")
    return version_command(rest);
  const auto* c = find_command(first);
  return c == nullptr ? refuse(first) : c->run(rest);
}
