#include "model/chat/output/prompt_reasoning.hpp"

#include "model/chat/chat_encoder.hpp"
#include "tests/support/catch.hpp"

using namespace hadal::model;

namespace {

prompt_reasoning of(chat_encoding encoding, const chat_conversation& c) {
  const auto prompt = chat_encoder(encoding, chat_boundary_tokens{}).encode(c);
  REQUIRE(prompt);
  return reasoning_of(*prompt, c);
}

chat_conversation asking(std::optional<bool> thinking) {
  chat_conversation c;
  c.messages.emplace_back();
  c.messages.back().role = "user";
  c.messages.back().content = "Is <think> or </think> a tag?";
  c.thinking = thinking;
  return c;
}

chat_message said(std::string role, std::string content) {
  chat_message m;
  m.role = std::move(role);
  m.content = std::move(content);
  return m;
}

} // namespace

TEST_CASE("the prompt's last tag decides, and tags in a client's text are no tags") {
  CHECK(of(chat_encoding::deepseek_v3, asking({})) == prompt_reasoning::unmarked);
  CHECK(of(chat_encoding::deepseek_r1, asking({})) == prompt_reasoning::open);
  for (const auto encoding : {chat_encoding::deepseek_v3_1, chat_encoding::deepseek_v3_2}) {
    CHECK(of(encoding, asking({})) == prompt_reasoning::closed);
    CHECK(of(encoding, asking(false)) == prompt_reasoning::closed);
    CHECK(of(encoding, asking(true)) == prompt_reasoning::open);
  }
}

TEST_CASE("after a tool's result V3.1 goes on as the turn began") {
  auto c = asking(false);
  c.messages.push_back(said("assistant", ""));
  c.messages.back().tool_calls.push_back({"1", "f", "{}", false});
  c.messages.push_back(said("tool", "42 </think> <think>"));
  CHECK(of(chat_encoding::deepseek_v3_1, c) == prompt_reasoning::closed);
  CHECK(of(chat_encoding::deepseek_v3, c) == prompt_reasoning::unmarked);
}

TEST_CASE("a continued message says itself where it stops") {
  auto c = asking(true);
  c.continue_final_message = true;
  c.messages.push_back(said("assistant", ""));
  c.messages.back().reasoning_content = "half a thought";
  CHECK(of(chat_encoding::deepseek_v3_1, c) == prompt_reasoning::open);
  c.messages.back().content = "The answer";
  CHECK(of(chat_encoding::deepseek_v3_1, c) == prompt_reasoning::closed);
  c.messages.back().reasoning_content = "";
  c.messages.back().content = "<think>\nhalf";
  CHECK(of(chat_encoding::deepseek_v3, c) == prompt_reasoning::open);
  c.messages.back().content = "<think>\na whole one\n</think>\n\nThe";
  CHECK(of(chat_encoding::deepseek_v3, c) == prompt_reasoning::closed);
}

TEST_CASE("the parser decides what an answer begins in") {
  using p = prompt_reasoning;
  CHECK(starts_in_reasoning(reasoning_parser::deepseek_r1, p::unmarked));
  CHECK(starts_in_reasoning(reasoning_parser::deepseek_r1, p::open));
  CHECK_FALSE(starts_in_reasoning(reasoning_parser::deepseek_r1, p::closed));
  CHECK_FALSE(starts_in_reasoning(reasoning_parser::deepseek_v3, p::unmarked));
  CHECK(starts_in_reasoning(reasoning_parser::deepseek_v3, p::open));
  CHECK_FALSE(starts_in_reasoning(reasoning_parser::deepseek_v3, p::closed));
  for (const auto prompt : {p::unmarked, p::open, p::closed})
    CHECK_FALSE(starts_in_reasoning(reasoning_parser::none, prompt));
}
