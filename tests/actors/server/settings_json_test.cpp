#include "actors/server/settings_json.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace hadal::server;
using json = nlohmann::json;

TEST_CASE("settings are told by their flags' names, keys are not") {
  serve_options options;
  options.api_key = "sk-secret-1";
  options.api_key_file = "/etc/keys-of-hadal";
  options.port = 4711;
  options.context_length = 2048;
  const auto text = settings_json(options, {"a/\"model\"", {"name", "other"}});
  CHECK(text.find("sk-secret-1") == std::string::npos);
  CHECK(text.find("keys-of-hadal") == std::string::npos);
  const auto all = json::parse("{" + text + "}");
  CHECK(all["model_path"] == "a/\"model\"");
  CHECK(all["tokenizer_path"] == "a/\"model\"");
  CHECK(all["served_model_name"] == "name");
  CHECK(all["port"] == 4711);
  CHECK(all["context_length"] == 2048);
  CHECK(all["random_seed"].is_null());
  CHECK(all["sampling_defaults"] == "model");
}

TEST_CASE("a path that is not UTF-8 does not spoil the settings") {
  const auto text = settings_json({}, {"a\xff", {"a"}});
  CHECK(json::parse("{" + text + "}")["model_path"] == "a\xef\xbf\xbd");
}
