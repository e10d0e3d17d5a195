#include "tests/model/tokenizer/fixture_files.hpp"

#include <filesystem>
#include <functional>

using namespace hadal;
using namespace hadal::test;
using nlohmann::ordered_json;

namespace {

struct bad_file {
  const char* what;
  std::function<void(ordered_json&)> change;
  const char* message; // the part of it that names the culprit
};

const std::vector<bad_file>& bad_files() {
  static const std::vector<bad_file> files = {
      {"a bad regex",
       [](auto& f) { f["pre_tokenizer"]["pretokenizers"][1]["pattern"]["Regex"] = "(unclosed"; },
       "pre_tokenizer.pretokenizers[1].pattern.Regex"},
      {"a construct that is not supported",
       [](auto& f) { f["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "\\p{Han}+"; },
       "the property \"Han\""},
      {"no pattern", [](auto& f) { f["pre_tokenizer"]["pretokenizers"][0].erase("pattern"); },
       "pre_tokenizer.pretokenizers[0].pattern"},
      {"an empty literal pattern",
       [](auto& f) {
         f["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {{"String", ""}};
       },
       "pretokenizers[0].pattern"},
      {"an unknown behavior",
       [](auto& f) { f["pre_tokenizer"]["pretokenizers"][0]["behavior"] = "Sideways"; },
       "\"Sideways\""},
      {"an unknown step",
       [](auto& f) { f["pre_tokenizer"]["pretokenizers"][0]["type"] = "Metaspace"; },
       "\"Metaspace\" is not supported"},
      {"no byte-level step", [](auto& f) { f["pre_tokenizer"] = nullptr; }, "pre_tokenizer"},
      {"a step after the byte-level one",
       [](auto& f) {
         auto& steps = f["pre_tokenizer"]["pretokenizers"];
         steps.push_back(steps[0]);
       },
       "after \"ByteLevel\""},
      {"a normalizer",
       [](auto& f) {
         f["normalizer"] = {{"type", "NFC"}};
       },
       "normalizer: the type \"NFC\""},
      {"a normalizer in a sequence",
       [](auto& f) {
         f["normalizer"] = {{"type", "Sequence"},
                            {"normalizers", ordered_json::array({{{"type", "Lowercase"}}})}};
       },
       "\"Lowercase\""},
      {"another decoder",
       [](auto& f) {
         f["decoder"] = {{"type", "Metaspace"}};
       },
       "decoder"},
      {"another post-processor",
       [](auto& f) {
         f["post_processor"] = {{"type", "BertProcessing"}};
       },
       "post_processor: the type \"BertProcessing\""},
      {"another model", [](auto& f) { f["model"]["type"] = "Unigram"; }, "model.type"},
      {"byte fallback", [](auto& f) { f["model"]["byte_fallback"] = true; }, "model.byte_fallback"},
      {"dropout", [](auto& f) { f["model"]["dropout"] = 0.1; }, "model.dropout"},
      {"a subword prefix", [](auto& f) { f["model"]["continuing_subword_prefix"] = "##"; },
       "model.continuing_subword_prefix"},
      {"no model", [](auto& f) { f.erase("model"); }, "model: must be an object"},
      {"no vocabulary", [](auto& f) { f["model"].erase("vocab"); }, "model.vocab"},
      {"no merges", [](auto& f) { f["model"].erase("merges"); }, "model.merges"},
      {"a negative id", [](auto& f) { f["model"]["vocab"]["a"] = -1; }, "model.vocab"},
      {"an id that would reserve gigabytes", [](auto& f) { f["model"]["vocab"]["a"] = 4000000000; },
       "model.vocab"},
      {"an id that is no integer", [](auto& f) { f["model"]["vocab"]["a"] = 1.5; }, "model.vocab"},
      {"two entries with one id",
       [](auto& f) { f["model"]["vocab"]["a"] = f["model"]["vocab"]["b"]; }, "have the same id"},
      {"an entry without text", [](auto& f) { f["model"]["vocab"][""] = 9999; }, "without text"},
      {"a merge of an unknown token", [](auto& f) { f["model"]["merges"][3] = "qqq zzz"; },
       "model.merges[3]: \"qqq\" is not in the vocabulary"},
      {"a merge into an unknown token", [](auto& f) { f["model"]["merges"][0] = "a \xC4\xA0"; },
       "model.merges[0]"},
      {"a merge of one text", [](auto& f) { f["model"]["merges"][2] = "ab"; }, "model.merges[2]"},
      {"a merge of three texts", [](auto& f) { f["model"]["merges"][2] = "a b c"; },
       "model.merges[2]"},
      {"a merge that is a number", [](auto& f) { f["model"]["merges"][2] = 7; }, "model.merges[2]"},
      {"an unknown unk_token", [](auto& f) { f["model"]["unk_token"] = "<nope>"; },
       "model.unk_token"},
      {"added tokens that are no array", [](auto& f) { f["added_tokens"] = 1; }, "added_tokens"},
      {"an added token without id", [](auto& f) { f["added_tokens"][4].erase("id"); },
       "added_tokens[4].id"},
      {"an added token without content", [](auto& f) { f["added_tokens"][4].erase("content"); },
       "added_tokens[4].content"},
      {"an added token with a wrong flag", [](auto& f) { f["added_tokens"][4]["special"] = "yes"; },
       "added_tokens[4].special"},
      {"two added tokens with one id",
       [](auto& f) { f["added_tokens"][4]["id"] = f["added_tokens"][5]["id"]; }, "added_tokens[5]"},
      {"two added tokens with one text",
       [](auto& f) { f["added_tokens"][4]["content"] = f["added_tokens"][5]["content"]; },
       "added_tokens[5]"},
      {"an added token with the id of another entry",
       [](auto& f) { f["added_tokens"][4]["id"] = f["model"]["vocab"]["a"]; },
       "\"a\" in the vocabulary"},
      {"an added token that the vocabulary numbers otherwise",
       [](auto& f) { f["added_tokens"][0]["id"] = 700; }, "in the vocabulary"},
      {"a template without ids",
       [](auto& f) {
         f["post_processor"] = ordered_json::parse(
             R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "B"}}],
             "special_tokens": {}})");
       },
       "post_processor.single"},
  };
  return files;
}

error must_fail(const result<std::shared_ptr<const model::tokenizer>>& loaded) {
  REQUIRE_FALSE(loaded.has_value());
  CHECK(loaded.error().code == error_code::invalid_tokenizer);
  return loaded.error();
}

/// A folder with these files, removed at the end.
class folder {
public:
  folder() : path_(std::filesystem::temp_directory_path() / "hadal_tokenizer_error_test") {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  ~folder() { std::filesystem::remove_all(path_); }
  void write(const char* name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

} // namespace

TEST_CASE("a wrong member of tokenizer.json is refused by name") {
  for (const bad_file& bad : bad_files()) {
    INFO(bad.what);
    ordered_json file = fixture_json("v3");
    bad.change(file);
    const error e = must_fail(parse_json(file));
    CHECK(e.param == "tokenizer.json");
    INFO(e.message);
    CHECK(e.message.starts_with("tokenizer.json: "));
    CHECK(e.message.find(bad.message) != std::string::npos);
  }
}

TEST_CASE("what is not a JSON object is refused") {
  for (const char* text : {"", "{", "[]", "null", "{\"model\": }", "\xff\xfe", "{} trailing"}) {
    INFO(text);
    CHECK(must_fail(model::tokenizer::parse(text, "{}")).message.starts_with("tokenizer.json: "));
  }
  const std::string deep(5000, '[');
  CHECK(must_fail(model::tokenizer::parse(deep, "{}")).param == "tokenizer.json");
}

TEST_CASE("every truncation of tokenizer.json is refused") {
  const std::string text = fixture_json("v3").dump();
  for (std::size_t size = 0; size < text.size(); size += 97)
    must_fail(model::tokenizer::parse(std::string_view(text).substr(0, size), "{}"));
}

TEST_CASE("a wrong tokenizer_config.json is refused by name") {
  const ordered_json file = fixture_json("v3");
  for (const auto& [config, culprit] : std::vector<std::pair<std::string, std::string>>{
           {"{", "is not JSON"},
           {"[]", "must be a JSON object"},
           {R"({"add_bos_token": "yes"})", "add_bos_token"},
           {R"({"add_bos_token": true})", "add_bos_token"},
           {R"({"add_eos_token": true})", "add_eos_token"},
           {R"({"bos_token": 5})", "bos_token"},
           {R"({"eos_token": {}})", "eos_token"},
           {R"({"eos_token": {"content": ""}})", "eos_token"},
           {R"({"pad_token": "<nowhere>"})", "\"<nowhere>\" is not in tokenizer.json"},
           {R"({"model_max_length": "long"})", "model_max_length"}}) {
    INFO(config);
    const error e = must_fail(parse_json(file, config));
    CHECK(e.param == "tokenizer_config.json");
    CHECK(e.message.find(culprit) != std::string::npos);
  }
}

TEST_CASE("a folder without tokenizer.json is refused with the file's path") {
  const folder empty;
  const error e = must_fail(model::tokenizer::load(empty.path()));
  CHECK(e.param == (empty.path() / "tokenizer.json").string());
  CHECK(e.message.starts_with(e.param + ": "));
}

TEST_CASE("errors of a folder's files carry their paths") {
  const folder made;
  made.write("tokenizer.json", "{}");
  error e = must_fail(model::tokenizer::load(made.path()));
  CHECK(e.param == (made.path() / "tokenizer.json").string());
  CHECK(e.message.starts_with(e.param + ": "));
  made.write("tokenizer.json", fixture_json("v3").dump());
  CHECK(model::tokenizer::load(made.path()).has_value()); // the configuration may be missing
  for (const char* config : {"", "[]"}) {
    made.write("tokenizer_config.json", config);
    e = must_fail(model::tokenizer::load(made.path()));
    CHECK(e.param == (made.path() / "tokenizer_config.json").string());
    CHECK(e.message.starts_with(e.param + ": "));
  }
}

TEST_CASE("a byte without a token fails the request that needs it and no other") {
  ordered_json file = fixture_json("v3");
  file["model"]["vocab"].erase("!");
  const auto t = parse_json(file);
  REQUIRE(t.has_value());
  CHECK((*t)->encode_raw("fine.", false).has_value());
  const auto failed = (*t)->encode_raw("not fine!", false);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == error_code::invalid_request);
  CHECK(failed.error().message.find("0x21") != std::string::npos);
}

TEST_CASE("a pattern that backtracks without end fails the request and does not hang") {
  ordered_json file = fixture_json("v3");
  file["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(a|aa)+$(?!\\n|\\z)";
  const auto t = parse_json(file);
  REQUIRE(t.has_value());
  const auto failed = (*t)->encode_raw(std::string(5000, 'a') + "b", false);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == error_code::invalid_request);
  CHECK((*t)->encode_raw("aab", false).has_value());
}
