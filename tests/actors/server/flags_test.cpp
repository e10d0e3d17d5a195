#include "actors/server/flag_values.hpp"
#include "actors/server/flags.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;
using hadal::server::testing::with_variables;

struct settings {
  std::string name = "unset";
  std::int32_t count = 1;
  bool loud = false;
  std::vector<std::string> tags;
};

flag_table table_of(settings& s) {
  return {{"--name", {"--alias"}, "G", "NAME", "a name", false, text(s.name)},
          {"--count", {}, "G", "N", "a count", false, integer(s.count, -5, 5)},
          {"--loud", {}, "G", "", "be loud", false, on_off(s.loud)},
          {"--tag", {}, "G", "TAG", "a tag", true, text_list(s.tags)}};
}

settings read(const std::vector<std::string>& arguments,
              std::map<std::string, std::string> variables = {}) {
  settings s;
  const auto done = apply(table_of(s), arguments, with_variables(std::move(variables)));
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
  return s;
}

} // namespace

TEST_CASE("a flag's environment twin is its name in capitals with underscores") {
  CHECK(variable_of("--max-total-tokens") == "HADAL_MAX_TOTAL_TOKENS");
  CHECK(variable_of("--port") == "HADAL_PORT");
}

TEST_CASE("the command line wins over the environment") {
  CHECK(read({"--name", "a"}, {{"HADAL_NAME", "b"}}).name == "a");
  CHECK(read({"--loud=false"}, {{"HADAL_LOUD", "1"}}).loud == false);
}

TEST_CASE("a bad value in the environment does not matter where the command line gives the flag") {
  CHECK(read({"--count", "2"}, {{"HADAL_COUNT", "tcp://10.0.0.1:80"}}).count == 2);
}

TEST_CASE("an alias on the command line wins over the variable of the flag's own name") {
  CHECK(read({"--alias", "a"}, {{"HADAL_NAME", "b"}}).name == "a");
}

TEST_CASE("a variable that is set to nothing counts as not set") {
  CHECK(read({}, {{"HADAL_NAME", ""}}).name == "unset");
}

TEST_CASE("of a flag that is given twice the last one counts") {
  CHECK(read({"--count", "2", "--count=3"}).count == 3);
}

TEST_CASE("a repeatable flag collects its values in order, commas and all") {
  CHECK(read({"--tag", "x,y", "--tag=z"}).tags == std::vector<std::string>{"x,y", "z"});
}

TEST_CASE("a repeatable flag's variable is a list with commas, replaced by the command line") {
  CHECK(read({}, {{"HADAL_TAG", "x,y"}}).tags == std::vector<std::string>{"x", "y"});
  CHECK(read({"--tag", "z"}, {{"HADAL_TAG", "x,y"}}).tags == std::vector<std::string>{"z"});
}

TEST_CASE("a switch stands alone or says what it is, in any case") {
  CHECK(read({"--loud"}).loud);
  for (const auto* yes : {"true", "Yes", "ON", "1"})
    CHECK(read({}, {{"HADAL_LOUD", yes}}).loud);
  for (const auto* no : {"false", "No", "OFF", "0"})
    CHECK_FALSE(read({"--loud", std::string{"--loud="} + no}).loud);
}

TEST_CASE("a value may begin with a dash, hold an equals sign, or look like a list") {
  CHECK(read({"--count", "-3"}).count == -3);
  CHECK(read({"--name=a=b"}).name == "a=b");
  CHECK(read({"--name", "[a,b]"}).name == "[a,b]");
  CHECK(read({"--name", "-x"}).name == "-x");
}

TEST_CASE("a value that is a flag's name is taken when an equals sign says that it is meant") {
  CHECK(read({"--name=--loud"}).name == "--loud");
}

TEST_CASE("arguments that are no flags are handed over in order") {
  settings s;
  std::vector<std::string> others;
  REQUIRE(apply(table_of(s), {"one", "--count", "2", "two", "--", "--name"}, with_variables(),
                &others));
  CHECK(others == std::vector<std::string>{"one", "two", "--name"});
  CHECK(s.count == 2);
}

TEST_CASE("variables that are nearly a flag's twin are named, others are nobody's business") {
  settings s;
  const auto lines = misspelt_variables(
      {"HADAL_NAME", "HADAL_ALIAS", "HADAL_NMAE", "HADAL_CUONT", "HADAL_SOMETHING_ELSE", "HADAL_"},
      table_of(s));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "the variable HADAL_NMAE has no effect; did you mean HADAL_NAME?");
  CHECK(lines[1] == "the variable HADAL_CUONT has no effect; did you mean HADAL_COUNT?");
}
