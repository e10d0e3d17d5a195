#include "model/execution/make_executor.hpp"
#include "tests/model/deepseek/small_configs.hpp"
#include "tests/support/catch.hpp"

namespace hadal::model {

namespace {

executor_options small_options(const model_config& config) {
  executor_options options;
  options.config = config;
  options.page_count = 4;
  options.slot_count = 2;
  options.max_step_tokens = 8;
  options.context_length = 64;
  options.threads = 1;
  return options;
}

const std::filesystem::path fixtures =
    std::filesystem::path(HADAL_SOURCE_DIR) / "tests/fixtures/hf";

} // namespace

TEST_CASE("a directory without weights is an error that names it") {
  executor_options options = small_options(testing::plain_v2());
  options.directory = fixtures / "no-such-model";
  auto made = make_executor(options);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().message.find("no-such-model") != std::string::npos);
}

TEST_CASE("weights of another shape than the config's are an error that names the tensor") {
  auto config = load_model_config(fixtures / "v2-noqlora/config.json");
  REQUIRE(config.has_value());
  executor_options options = small_options(*config);
  options.config.intermediate_size += 8;
  options.directory = fixtures / "v2-noqlora";
  auto made = make_executor(options);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == error_code::invalid_checkpoint);
  CHECK(made.error().param.find("mlp") != std::string::npos);
}

} // namespace hadal::model
