#include "model/config/model_config.hpp"

#include "tests/support/catch.hpp"

#include <fstream>

using namespace hadal;
using namespace hadal::model;

TEST_CASE("generation_config.json gives sampling defaults and end tokens") {
  const auto c = parse_generation_config(R"({"_from_model_config": true, "do_sample": true,
    "temperature": 0.6, "top_p": 0.95, "top_k": 40, "min_p": 0.1, "repetition_penalty": 1.1,
    "eos_token_id": [1, 2], "bos_token_id": 0, "transformers_version": "5.0"})");
  REQUIRE(c.has_value());
  CHECK(c->do_sample == true);
  CHECK(c->temperature == 0.6);
  CHECK(c->top_p == 0.95);
  CHECK(c->top_k == 40);
  CHECK(c->min_p == 0.1);
  CHECK(c->repetition_penalty == 1.1);
  CHECK(c->eos_token_id == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("what generation_config.json leaves out stays empty") {
  const auto c = parse_generation_config(R"({"eos_token_id": 1, "temperature": null})");
  REQUIRE(c.has_value());
  CHECK_FALSE(c->temperature.has_value());
  CHECK_FALSE(c->top_p.has_value());
  CHECK_FALSE(c->top_k.has_value());
  CHECK_FALSE(c->do_sample.has_value());
  CHECK(c->eos_token_id == std::vector<std::int64_t>{1});
  CHECK(parse_generation_config(R"({"top_k": -1})")->top_k == 0);
}

TEST_CASE("bad generation defaults are refused by name") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"temperature": -1})", "temperature"},
      {R"({"temperature": "hot"})", "temperature"},
      {R"({"top_p": 1.5})", "top_p"},
      {R"({"top_k": 2.5})", "top_k"},
      {R"({"do_sample": "yes"})", "do_sample"},
      {R"({"eos_token_id": [-3]})", "eos_token_id"},
      {R"({"eos_token_id": {}})", "eos_token_id"},
      {R"({"min_p": NaN})", "min_p"},
      {R"({"repetition_penalty": 0})", "repetition_penalty"},
  };
  for (const auto& [text, param] : cases) {
    const auto c = parse_generation_config(text);
    INFO(text);
    REQUIRE_FALSE(c.has_value());
    CHECK(c.error().code == error_code::invalid_config);
    CHECK(c.error().param == param);
  }
}

TEST_CASE("a missing generation_config.json is an empty one") {
  const auto folder = std::filesystem::temp_directory_path() / "hadal_generation_config_test";
  std::filesystem::create_directories(folder);
  const auto c = load_generation_config(folder / "generation_config.json");
  REQUIRE(c.has_value());
  CHECK(c->eos_token_id.empty());

  std::ofstream(folder / "generation_config.json") << R"({"top_p": 2})";
  const auto bad = load_generation_config(folder / "generation_config.json");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().message.find((folder / "generation_config.json").string()) == 0);
  std::filesystem::remove_all(folder);
}
