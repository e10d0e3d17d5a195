#include "tests/model/chat/conversations.hpp"
#include "tests/model/chat/templates.hpp"

using namespace hadal;
using namespace hadal::test;
using model::chat_encoding;

namespace {

model::chat_conversation with_arguments(const std::string& arguments, bool is_object = false) {
  auto c = talk({user_says("Q"), assistant_calls("", {{"f", arguments}})});
  c.messages[1].tool_calls[0].arguments_is_object = is_object;
  return c;
}

/// Templates that join arguments to a string, and one that writes them as JSON.
std::vector<model::chat_encoder> encoders_with_tools() {
  std::vector<model::chat_encoder> all;
  for (const chat_encoding encoding : model::chat_encodings)
    if (encoding != chat_encoding::deepseek_v2)
      all.emplace_back(encoding, model::chat_boundary_tokens{});
  for (const char* name : {"deepseek_v3", "deepseek_v3_0324", "deepseek_v3_1", "deepseek_r1"})
    all.push_back(encoder_of(template_file(name)));
  all.push_back(encoder_of("{% for m in messages %}{% for c in m.tool_calls or [] %}"
                           "{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}"));
  return all;
}

} // namespace

TEST_CASE("arguments that are nothing are an empty object in every encoding and template") {
  for (const auto& encoder : encoders_with_tools()) {
    const auto expected = encoder.encode(with_arguments("{}"));
    REQUIRE(expected.has_value());
    for (const char* nothing : {"", " ", "\n\t ", "null", " null\n"})
      for (const bool is_object : {false, true}) {
        INFO("[" << nothing << "]");
        const auto text = encoder.encode(with_arguments(nothing, is_object));
        REQUIRE(text.has_value());
        CHECK(text->text() == expected->text());
      }
  }
}

TEST_CASE("arguments that are no object are shown as they are where they are shown as text") {
  for (const char* given : {"[1]", "\"x\"", "5", "{\"a\": ", "nulls", " {\"a\": 1} "})
    for (const chat_encoding encoding :
         {chat_encoding::deepseek_v3, chat_encoding::deepseek_r1, chat_encoding::deepseek_v3_1})
      CHECK(prompt(encoding, with_arguments(given)).find(given) != std::string::npos);
}

TEST_CASE(
    "arguments that are no object are refused by their path where they are shown one by one") {
  const std::string field = "messages[1].tool_calls[0].function.arguments";
  const auto as_json = encoder_of("{% for m in messages %}{% for c in m.tool_calls or [] %}"
                                  "{{ c.function.arguments | tojson }}"
                                  "{% endfor %}{% endfor %}");
  const model::chat_encoder v32(chat_encoding::deepseek_v3_2, model::chat_boundary_tokens{});
  for (const auto* encoder : {&as_json, &v32})
    for (const char* given : {"[1]", "\"x\"", "5", "{\"a\": ", "nulls"}) {
      const auto text = encoder->encode(with_arguments(given));
      REQUIRE_FALSE(text.has_value());
      CHECK(text.error().param == field);
      CHECK(text.error().message.starts_with(field + ": "));
    }
}
