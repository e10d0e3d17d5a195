#include "actors/server/model_choice.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/actors/server/temporary_folder.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;
using hadal::server::testing::temporary_folder;
using hadal::server::testing::with_variables;
namespace fs = std::filesystem;

/// Makes a folder that counts as a model; returns its path.
std::string add_model(const temporary_folder& root, const fs::path& folder) {
  return root.write(folder / "config.json", "{}").parent_path().string();
}

model_search search(const fs::path& program, std::map<std::string, std::string> variables = {}) {
  return {with_variables(std::move(variables)), program};
}

} // namespace

TEST_CASE(
    "a model path wins, is not looked at, and is served as it was given and by its last part") {
  const temporary_folder t;
  const auto other = add_model(t, "other");
  serve_options options;
  options.model_path = "deepseek-ai/DeepSeek-V3";
  const auto choice =
      choose_model(options, search(t.path("bin/hadal"), {{"HADAL_DEFAULT_MODEL", other}}));
  REQUIRE(choice.has_value());
  CHECK(choice->location == "deepseek-ai/DeepSeek-V3");
  CHECK(choice->served_names == std::vector<std::string>{"deepseek-ai/DeepSeek-V3", "DeepSeek-V3"});
}

TEST_CASE("a path is served under itself and its last component, once if they are the same") {
  using names = std::vector<std::string>;
  CHECK(names_of_path("/models/v3") == names{"/models/v3", "v3"});
  CHECK(names_of_path("/models/v3//") == names{"/models/v3//", "v3"});
  CHECK(names_of_path("v3") == names{"v3"});
  CHECK(names_of_path("v3/") == names{"v3/", "v3"});
  CHECK(names_of_path("./v3") == names{"./v3", "v3"});
  CHECK(names_of_path("/") == names{"/"});
}

TEST_CASE("the flag --served-model-name replaces the model's own names") {
  serve_options options;
  options.model_path = "/models/v3";
  options.served_model_names = {"a", "b"};
  const auto choice = choose_model(options, search("/bin/hadal"));
  REQUIRE(choice.has_value());
  CHECK(choice->served_names == std::vector<std::string>{"a", "b"});
}

TEST_CASE(
    "the default model is looked for in the variable, beside the program, in the source tree") {
  const temporary_folder t;
  const auto program = t.path("build/preset/hadal");
  const auto in_tree = add_model(t, "model/default");
  auto choice = choose_model({}, search(program));
  REQUIRE(choice.has_value());
  CHECK(choice->location == in_tree);
  CHECK(choice->served_names == std::vector<std::string>{"hadal-default"});

  const auto installed = add_model(t, "build/share/hadal/default");
  choice = choose_model({}, search(program));
  REQUIRE(choice.has_value());
  CHECK(choice->location == installed);

  const auto named = add_model(t, "named");
  choice = choose_model({}, search(program, {{"HADAL_DEFAULT_MODEL", named}}));
  REQUIRE(choice.has_value());
  CHECK(choice->location == named);
  CHECK(choice->served_names == std::vector<std::string>{"hadal-default"});
}

TEST_CASE("a default model that is nowhere is an error with every place that was looked at") {
  const temporary_folder t;
  const auto choice = choose_model({}, search(t.path("a/b/hadal")));
  REQUIRE_FALSE(choice.has_value());
  CHECK(choice.error().code == hadal::error_code::io_error);
  CHECK(choice.error().param == "--model-path");
  CHECK(choice.error().message ==
        "there is no model to serve: --model-path is not given, and the default model is at none "
        "of $HADAL_DEFAULT_MODEL (not set), " +
            t.path("a/share/hadal/default").string() + ", " + t.path("model/default").string());
}

TEST_CASE("a wrong HADAL_DEFAULT_MODEL is an error, not a reason to look further") {
  const temporary_folder t;
  add_model(t, "model/default");
  const auto choice = choose_model(
      {}, search(t.path("build/preset/hadal"), {{"HADAL_DEFAULT_MODEL", "/nowhere/at/all"}}));
  REQUIRE_FALSE(choice.has_value());
  CHECK(choice.error().param == "HADAL_DEFAULT_MODEL");
  CHECK(choice.error().message ==
        "HADAL_DEFAULT_MODEL: '/nowhere/at/all' is not a folder with a config.json");
}

TEST_CASE("this process knows its own program") {
  CHECK(this_process().program.is_absolute());
}
