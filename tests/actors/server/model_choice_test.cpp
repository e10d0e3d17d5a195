#include "actors/server/model_choice.hpp"

#include "tests/actors/server/fake_environment.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <fstream>

namespace {

using namespace hadal::server;
using hadal::server::testing::with_variables;
namespace fs = std::filesystem;

/// A folder of this test's own: root/bin/hadal is the program, root/build/x/hadal one in a tree.
class tree {
public:
  tree() {
    auto pattern = (fs::temp_directory_path() / "hadal-model-choice-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
  }
  ~tree() { fs::remove_all(root_); }

  std::string add_model(const fs::path& folder) const {
    fs::create_directories(root_ / folder);
    std::ofstream{root_ / folder / "config.json"} << "{}";
    return (root_ / folder).string();
  }
  fs::path path(const fs::path& inside) const { return root_ / inside; }

private:
  fs::path root_;
};

model_search search(const fs::path& program, std::map<std::string, std::string> variables = {}) {
  return {with_variables(std::move(variables)), program};
}

} // namespace

TEST_CASE(
    "--model-path wins, is not looked at, and is served as it was given and by its last part") {
  const tree t;
  const auto other = t.add_model("other");
  serve_options options;
  options.model_path = "deepseek-ai/DeepSeek-V3";
  const auto choice =
      choose_model(options, search(t.path("bin/hadal"), {{"HADAL_DEFAULT_MODEL", other}}));
  REQUIRE(choice.has_value());
  CHECK(choice->location == "deepseek-ai/DeepSeek-V3");
  CHECK(choice->served_names == std::vector<std::string>{"deepseek-ai/DeepSeek-V3", "DeepSeek-V3"});
  CHECK_FALSE(choice->is_default);
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

TEST_CASE("--served-model-name replaces the model's own names") {
  serve_options options;
  options.model_path = "/models/v3";
  options.served_model_names = {"a", "b"};
  const auto choice = choose_model(options, search("/bin/hadal"));
  REQUIRE(choice.has_value());
  CHECK(choice->served_names == std::vector<std::string>{"a", "b"});
}

TEST_CASE(
    "the default model is looked for in the variable, beside the program, in the source tree") {
  const tree t;
  const auto program = t.path("build/preset/hadal");
  const auto in_tree = t.add_model("model/default");
  auto choice = choose_model({}, search(program));
  REQUIRE(choice.has_value());
  CHECK(choice->location == in_tree);
  CHECK(choice->served_names == std::vector<std::string>{"hadal-default"});
  CHECK(choice->is_default);

  const auto installed = t.add_model("build/share/hadal/default");
  choice = choose_model({}, search(program));
  REQUIRE(choice.has_value());
  CHECK(choice->location == installed);

  const auto named = t.add_model("named");
  choice = choose_model({}, search(program, {{"HADAL_DEFAULT_MODEL", named}}));
  REQUIRE(choice.has_value());
  CHECK(choice->location == named);
  CHECK(choice->served_names == std::vector<std::string>{"hadal-default"});
}

TEST_CASE("a default model that is nowhere is an error with every place that was looked at") {
  const tree t;
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
  const tree t;
  t.add_model("model/default");
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
