#pragma once
// The small tokenizers under tests/fixtures/tokenizer, for the tests of this folder.

#include "model/tokenizer/tokenizer.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace hadal::test {

inline const std::string tokenizer_fixtures = HADAL_SOURCE_DIR "/tests/fixtures/tokenizer/";

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::shared_ptr<const model::tokenizer> load_fixture(const std::string& name) {
  auto loaded = model::tokenizer::load(tokenizer_fixtures + name);
  REQUIRE(loaded.has_value());
  return *loaded;
}

/// tokenizer.json of a fixture, to be changed before it is parsed.
inline nlohmann::ordered_json fixture_json(const std::string& name) {
  return nlohmann::ordered_json::parse(file_text(tokenizer_fixtures + name + "/tokenizer.json"));
}

inline result<std::shared_ptr<const model::tokenizer>>
parse_json(const nlohmann::ordered_json& file, const std::string& config = "{}") {
  return model::tokenizer::parse(file.dump(), config);
}

} // namespace hadal::test
