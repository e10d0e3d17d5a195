#include "tests/model/chat/conversations.hpp"

using namespace hadal;
using namespace hadal::test;
using model::chat_encoding;

namespace {

struct bad_conversation {
  const char* what;
  std::vector<chat_encoding> encodings;
  model::chat_conversation conversation;
  const char* param;
};

const std::vector<chat_encoding> all(model::chat_encodings.begin(), model::chat_encodings.end());
const std::vector<chat_encoding> with_tool_words = {
    chat_encoding::deepseek_v3, chat_encoding::deepseek_r1, chat_encoding::deepseek_v3_1,
    chat_encoding::deepseek_v3_2};
const std::vector<chat_encoding> only_v2 = {chat_encoding::deepseek_v2};
const std::vector<chat_encoding> only_v32 = {chat_encoding::deepseek_v3_2};

const std::string tool = R"({"type": "function", "function": {"name": "f"}})";

model::chat_conversation tools(std::vector<std::string> given) {
  return with_tools(talk({user_says("Q")}), std::move(given));
}

std::vector<bad_conversation> bad_conversations() {
  auto user_call = talk({user_says("Q")});
  user_call.messages[0].tool_calls.push_back({"1", "f", "{}", false});
  auto object = talk({user_says("Q"), assistant_calls("", {{"f", "{\"a\": }"}})});
  object.messages[1].tool_calls[0].arguments_is_object = true;
  return {
      {"no messages", all, {}, "messages"},
      {"an unknown role", all, talk({user_says("Q"), message("oracle", "x")}), "messages[1].role"},
      {"an empty role", all, talk({message("", "x")}), "messages[0].role"},
      {"a role in capitals", all, talk({message("User", "x")}), "messages[0].role"},
      {"calls of a user", all, user_call, "messages[0].tool_calls"},
      {"continuing a user", all, continued(talk({user_says("Q")})), "continue_final_message"},
      {"continuing calls", with_tool_words,
       continued(talk({user_says("Q"), assistant_calls("", {{"f", "{}"}})})),
       "continue_final_message"},
      {"tools in V2", only_v2, tools({tool}), "tools"},
      {"a tool message in V2", only_v2, talk({user_says("Q"), tool_says("1")}), "messages[1].role"},
      {"calls in V2", only_v2, talk({user_says("Q"), assistant_calls("", {{"f", "{}"}})}),
       "messages[1].tool_calls"},
      {"a tool that is no JSON", with_tool_words, tools({tool, "{"}), "tools[1]"},
      {"a tool without function", with_tool_words, tools({R"({"type": "function"})"}),
       "tools[0].function"},
      {"a tool without name", with_tool_words, tools({tool, R"({"function": {}})"}),
       "tools[1].function.name"},
      {"a tool with an empty name", with_tool_words, tools({R"({"function": {"name": ""}})"}),
       "tools[0].function.name"},
      {"a description that is no string", with_tool_words,
       tools({R"({"function": {"name": "f", "description": 1}})"}),
       "tools[0].function.description"},
      {"parameters that are no object", with_tool_words,
       tools({R"({"function": {"name": "f", "parameters": []}})"}), "tools[0].function.parameters"},
      {"an object of arguments that is none",
       {chat_encoding::deepseek_v3, chat_encoding::deepseek_r1, chat_encoding::deepseek_v3_1},
       object,
       "messages[1].tool_calls[0].function.arguments"},
      {"arguments that are no JSON", only_v32,
       talk({user_says("Q"), assistant_calls("", {{"f", "{}"}, {"g", "{\"a\""}})}),
       "messages[1].tool_calls[1].function.arguments"},
      {"arguments that are no object", only_v32,
       talk({user_says("Q"), assistant_calls("", {{"f", "[1]"}})}),
       "messages[1].tool_calls[0].function.arguments"},
      {"an empty developer message", only_v32, talk({message("developer", "")}),
       "messages[0].content"},
      {"an empty developer message behind results that move", only_v32,
       talk({user_says("Q"), assistant_calls("", {{"f", "{}"}, {"g", "{}"}}),
             message("developer", ""), answers("call_g", "2")}),
       "messages[2].content"},
  };
}

} // namespace

TEST_CASE("a conversation that cannot be rendered is refused by field") {
  for (const bad_conversation& bad : bad_conversations())
    for (chat_encoding encoding : bad.encodings) {
      INFO(bad.what << " in " << model::to_string(encoding));
      const auto text =
          model::chat_encoder(encoding, model::chat_boundary_tokens{}).encode(bad.conversation);
      REQUIRE_FALSE(text.has_value());
      CHECK(text.error().code == error_code::invalid_request);
      CHECK(text.error().param == bad.param);
      CHECK(text.error().message.size() > 2);
      CHECK_FALSE(text.error().message.starts_with(": "));
    }
}
