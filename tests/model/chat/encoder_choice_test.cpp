#include "tests/model/chat/templates.hpp"

#include "model/chat/encoder_choice.hpp"

#include <filesystem>
#include <fstream>

using namespace hadal;
using namespace hadal::test;
using model::architecture;
using model::chat_encoding;

namespace {

/// A temporary folder, removed at the end.
class template_folder {
public:
  template_folder() : path_(std::filesystem::temp_directory_path() / "hadal_encoder_choice") {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_ / "additional_chat_templates");
  }
  ~template_folder() { std::filesystem::remove_all(path_); }
  template_folder(const template_folder&) = delete;
  template_folder& operator=(const template_folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

std::shared_ptr<const model::tokenizer> tokenizer_with(const nlohmann::json& chat_template) {
  auto config = nlohmann::json::parse(file_text(tokenizer_fixtures + "v3/tokenizer_config.json"));
  config["chat_template"] = chat_template;
  const auto made = parse_json(fixture_json("v3"), config.dump());
  REQUIRE(made.has_value());
  return *made;
}

model::chosen_encoder choose(const model::encoder_wish& wish, const model::tokenizer& vocabulary,
                             const std::filesystem::path& folder = "/nowhere") {
  auto chosen = model::choose_chat_encoder(wish, folder, vocabulary);
  INFO((chosen ? std::string() : chosen.error().message));
  REQUIRE(chosen.has_value());
  return std::move(*chosen);
}

model::encoder_wish wish(architecture arch = architecture::deepseek_v3) {
  model::encoder_wish w;
  w.arch = arch;
  w.clock = still;
  return w;
}

} // namespace

TEST_CASE("a checkpoint's template chooses the native encoder that writes the same") {
  struct expected {
    const char* name;
    chat_encoding encoding;
  };
  for (const auto& [name, encoding] : {expected{"deepseek_v2", chat_encoding::deepseek_v2},
                                       expected{"deepseek_v3_0324", chat_encoding::deepseek_v3},
                                       expected{"deepseek_v3_1", chat_encoding::deepseek_v3_1}})
    for (const auto arch : {architecture::deepseek_v2, architecture::deepseek_v3}) {
      INFO(name);
      const auto chosen = choose(wish(arch), *tokenizer_with(template_file(name)));
      CHECK_FALSE(chosen.encoder->has_template());
      CHECK(chosen.encoder->encoding() == encoding);
      CHECK(chosen.name == model::to_string(encoding));
      CHECK(chosen.reason.find("it writes what the template of ") == 0);
    }
}

TEST_CASE("a template that no native encoder equals writes the prompts itself") {
  struct expected {
    const char* name;
    chat_encoding nearest;
  };
  for (const auto& [name, nearest] : {expected{"deepseek_v3", chat_encoding::deepseek_v3},
                                      expected{"deepseek_r1", chat_encoding::deepseek_r1}}) {
    INFO(name);
    const auto chosen = choose(wish(), *tokenizer_with(template_file(name)));
    CHECK(chosen.encoder->has_template());
    CHECK(chosen.encoder->encoding() == nearest);
    CHECK(chosen.reason.find("no native encoder writes the same: the nearest, deepseek-") == 0);
    CHECK(chosen.reason.find("it shows no tools") != std::string::npos);
  }
  // A template that lists tools in other words than the native encoder differs from it.
  const auto with_tools = template_file("deepseek_v3_1") + "{{ tools | tojson if tools }}";
  CHECK(choose(wish(), *tokenizer_with(with_tools)).encoder->has_template());
}

TEST_CASE("without a template architecture and tokenizer choose, and a name wins over all") {
  const auto none = tokenizer_with(nullptr);
  const auto chosen = choose(wish(), *none);
  CHECK(chosen.encoder->encoding() == chat_encoding::deepseek_v3_1);
  CHECK(chosen.reason == "by architecture and tokenizer: the checkpoint has no chat template");
  auto named = wish();
  named.named = chat_encoding::deepseek_r1;
  const auto broken = tokenizer_with("{{");
  CHECK(choose(named, *broken).encoder->encoding() == chat_encoding::deepseek_r1);
  CHECK(choose(named, *broken).reason == "named by --chat-encoding");
}

TEST_CASE("a file beside the tokenizer wins over its configuration, and a flag over both") {
  const template_folder folder;
  folder.write("chat_template.jinja", template_file("deepseek_v3_0324"));
  const auto vocabulary = tokenizer_with(template_file("deepseek_v3_1"));
  const auto chosen = choose(wish(), *vocabulary, folder.path());
  CHECK(chosen.encoder->encoding() == chat_encoding::deepseek_v3);
  CHECK_FALSE(chosen.encoder->has_template());
  folder.write("additional_chat_templates/tool_use.jinja", "tools: {{ tools | length }}");
  const auto two = choose(wish(), *vocabulary, folder.path());
  REQUIRE(two.encoder->has_template());
  CHECK(two.encoder->encode(with_tools(talk({user_says("Q")}), {"{}"}))->text() == "tools: 1");
  auto asked = wish();
  asked.template_file = folder.write("mine.jinja", "mine {{ tools }}");
  const auto mine = choose(asked, *vocabulary, folder.path());
  REQUIRE(mine.encoder->has_template());
  CHECK(mine.name == "the template of " + asked.template_file);
  CHECK(mine.reason == "named by --chat-template");
  CHECK(mine.encoder->encode(talk({user_says("Q")}))->text() == "mine None");
}

TEST_CASE("a single template in the configuration is named default") {
  const auto vocabulary = tokenizer_with("plain");
  REQUIRE(vocabulary->config().chat_templates.size() == 1);
  CHECK(vocabulary->config().chat_templates[0].name == "default");
  CHECK(vocabulary->config().chat_templates[0].text == "plain");
}

TEST_CASE("templates by name are a list in the configuration") {
  const auto chosen = choose(wish(), *tokenizer_with(nlohmann::json::parse(
                                         R"([{"name": "default", "template": "plain"},
                      {"name": "tool_use", "template": "{{ tools | length }}"}])")));
  CHECK(chosen.encoder->encode(talk({user_says("Q")}))->text() == "plain");
  CHECK(chosen.encoder->encode(with_tools(talk({user_says("Q")}), {"{}"}))->text() == "1");
}

TEST_CASE("a template that cannot be read or compiled stops the start and says which") {
  const auto refused = [](const model::encoder_wish& w, const model::tokenizer& vocabulary) {
    const auto chosen = model::choose_chat_encoder(w, "/nowhere", vocabulary);
    REQUIRE_FALSE(chosen.has_value());
    return chosen.error();
  };
  const auto broken = refused(wish(), *tokenizer_with("a\n{% if %}"));
  CHECK(broken.code == error_code::invalid_config);
  CHECK(broken.message == "/nowhere/tokenizer_config.json, line 2: expected an expression, found "
                          "'%}'; --chat-encoding takes a format by name instead");
  auto missing = wish();
  missing.template_file = "/nowhere/t.jinja";
  const auto unread = refused(missing, *tokenizer_with(nullptr));
  CHECK(unread.code == error_code::io_error);
  CHECK(unread.message.find("/nowhere/t.jinja: cannot be read: ") == 0);
  for (const char* wrong :
       {"1", R"(["a"])", R"([{"name": "a"}])", R"([{"name": 1, "template": ""}])"}) {
    const auto made =
        parse_json(fixture_json("v3"), std::string(R"({"chat_template": )") + wrong + "}");
    REQUIRE_FALSE(made.has_value());
    CHECK(
        made.error().message ==
        "tokenizer_config.json: chat_template: must be a text or a list of objects with the texts "
        "\"name\" and \"template\"");
  }
}
