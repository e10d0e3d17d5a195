#include "actors/server/chat_options.hpp"
#include "actors/server/help.hpp"
#include "actors/server/serve_flags.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace {

using namespace hadal::server;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// Every group fits a screen, and every flag stands in it.
void check_table(const flag_table& table) {
  std::set<std::string> groups;
  for (const auto& f : table)
    groups.insert(f.group);
  for (const auto& group : groups) {
    INFO(group);
    const auto text = group_help_text(table, group);
    REQUIRE(text.has_value());
    const auto lines = lines_of(*text);
    CHECK(lines.size() <= 24);
    CHECK(lines.front() == group);
    for (const auto& line : lines)
      CHECK(line.size() <= 80);
    for (const auto& f : table) {
      INFO(f.name);
      const auto names = [&](const std::string& line) {
        const auto end = line.find_first_of(", ", 2);
        return line.substr(0, 2) == "  " && line.substr(2, end - 2) == f.name;
      };
      CHECK(std::any_of(lines.begin(), lines.end(), names) == (f.group == group));
    }
  }
}

} // namespace

TEST_CASE("each group of hadal serve fits a screen of 24 lines and 80 columns") {
  serve_options options;
  check_table(serve_flags(options));
}

TEST_CASE("each group of hadal chat fits a screen of 24 lines and 80 columns") {
  chat_options options;
  check_table(chat_flags(options));
}

TEST_CASE("the whole help is the opening and every group in order") {
  serve_options options;
  const auto table = serve_flags(options);
  const auto text = help_text("usage\n", table);
  CHECK(text.find("usage\n\nModel\n") == 0);
  std::size_t last = 0;
  for (const auto* group : {"Model", "Network", "Scheduling", "Sampling", "Limits", "Logging"}) {
    INFO(group);
    const auto at = text.find(*group_help_text(table, group));
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
  }
}

TEST_CASE("long help goes on under its own column") {
  const flag_table table{
      {"--a", {}, "G", "X", std::string(40, 'x') + " " + std::string(40, 'y'), false, nullptr},
      {"--a-very-long-flag-name-indeed", {}, "G", "", "short", false, nullptr}};
  CHECK(help_text("", table) == "\nG\n  --a X                       " + std::string(40, 'x') +
                                    "\n                              " + std::string(40, 'y') +
                                    "\n  --a-very-long-flag-name-indeed\n"
                                    "                              short\n");
}

TEST_CASE("a group is found in any case, an unknown one lists those there are") {
  serve_options options;
  const auto table = serve_flags(options);
  CHECK(group_help_text(table, "nETWORK").has_value());
  const auto unknown = group_help_text(table, "net");
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().message == "the help has no group 'net'; it has: Model, Answers, Network, "
                                   "Scheduling, Sampling, Limits, Logging");
}
