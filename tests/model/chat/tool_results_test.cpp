#include "model/chat/tool_results.hpp"

#include "model/chat/chat_template.hpp"
#include "tests/model/chat/conversations.hpp"
#include "tests/model/chat/templates.hpp"

using namespace hadal;
using namespace hadal::test;
using model::chat_encoding;

namespace {

model::chat_message calls(std::vector<std::string> names) {
  std::vector<std::pair<std::string, std::string>> given;
  for (std::string& name : names)
    given.emplace_back(std::move(name), "{}");
  return assistant_calls("", given);
}

/// The order of messages in short: "u" is a user, "a" an answer, "fg>" calls of f and g, "1" a
/// result.
std::string order_of(const model::chat_conversation& c) {
  std::string out;
  for (const auto& m : c.messages) {
    out += out.empty() ? "" : " ";
    for (const auto& call : m.tool_calls)
      out += call.name;
    out += !m.tool_calls.empty() ? ">" : m.role == "tool" && m.content.empty() ? "-" : m.content;
  }
  return out;
}

std::string ordered(std::vector<model::chat_message> messages) {
  const auto c = model::with_results_in_order(talk(std::move(messages)));
  INFO((c ? std::string() : c.error().message));
  REQUIRE(c.has_value());
  return order_of(*c);
}

std::string refused(std::vector<model::chat_message> messages) {
  const auto c = model::with_results_in_order(talk(std::move(messages)));
  REQUIRE_FALSE(c.has_value());
  CHECK(c.error().code == error_code::invalid_request);
  CHECK(c.error().message.starts_with(c.error().param + ": "));
  return c.error().param;
}

const auto u = user_says("u");
const auto a = assistant_says("a");

} // namespace

TEST_CASE("results stand in the order of their calls") {
  CHECK(ordered({u, calls({"f", "g", "h"}), answers("call_h", "3"), answers("call_f", "1"),
                 answers("call_g", "2")}) == "u fgh> 1 2 3");
  CHECK(ordered({u, calls({"f", "g"}), answers("call_f", "1"), answers("call_g", "2"), a, u}) ==
        "u fg> 1 2 a u");
}

TEST_CASE("results stand right behind their calls") {
  const auto s = system_says("s");
  CHECK(ordered({u, calls({"f", "g"}), answers("call_g", "2"), s, u, answers("call_f", "1")}) ==
        "u fg> 1 2 s u");
  CHECK(ordered({u, calls({"f"}), calls({"g"}), answers("call_f", "1"), answers("call_g", "2")}) ==
        "u f> 1 g> 2");
}

TEST_CASE("equal ids of several turns belong to the latest call before the result") {
  CHECK(ordered({u, calls({"f", "g"}), answers("call_g", "2"), answers("call_f", "1"), a, u,
                 calls({"g", "f"}), answers("call_f", "4"), answers("call_g", "3"), a}) ==
        "u fg> 1 2 a u gf> 3 4 a");
  CHECK(ordered({u, calls({"f"}), answers("call_f", "1"), calls({"f"}), answers("call_f", "2")}) ==
        "u f> 1 f> 2");
}

TEST_CASE("equal ids in one message are answered in their order") {
  CHECK(ordered({u, calls({"f", "f"}), answers("call_f", "1"), answers("call_f", "2")}) ==
        "u ff> 1 2");
}

TEST_CASE("where only some calls have a result, the others have an empty one") {
  CHECK(ordered({u, calls({"f", "g", "h"}), answers("call_g", "2"), u}) == "u fgh> - 2 - u");
  CHECK(ordered({u, calls({"f", "g"}), u}) == "u fg> u");
  const auto c =
      model::with_results_in_order(talk({u, calls({"f", "g"}), answers("call_g", "2"), u}));
  CHECK(c->messages[2].tool_call_id == "call_f");
  CHECK(c->places == std::vector<std::size_t>{0, 1, 1, 2, 3});
}

TEST_CASE("results without an id keep the order of their arrival") {
  CHECK(ordered({u, calls({"f", "g"}), tool_says("1"), tool_says("2"), a}) == "u fg> 1 2 a");
  CHECK(ordered({tool_says("1"), u, calls({"f", "g"}), u, tool_says("2"), tool_says("3"),
                 tool_says("4")}) == "1 u fg> u 2 3 4");
}

TEST_CASE("a result that can belong to no call is refused by its path") {
  CHECK(refused({u, answers("call_f", "1")}) == "messages[1].tool_call_id");
  CHECK(refused({u, calls({"f"}), answers("call_x", "1")}) == "messages[2].tool_call_id");
  CHECK(refused({u, calls({"f"}), answers("call_f", "1"), answers("call_f", "1")}) ==
        "messages[3].tool_call_id");
  CHECK(refused({u, calls({"f", "g"}), answers("call_f", "1"), a, u, answers("call_g", "2")}) ==
        "messages[5].tool_call_id");
  CHECK(refused({answers("call_f", "1"), calls({"f"}), u}) == "messages[0].tool_call_id");
}

TEST_CASE("a result without an id beside others that have one is refused by its path") {
  CHECK(refused({u, calls({"f", "g"}), answers("call_g", "2"), tool_says("1")}) ==
        "messages[3].tool_call_id");
  CHECK(refused({u, calls({"f", "g"}), tool_says("1"), answers("call_g", "2")}) ==
        "messages[2].tool_call_id");
}

TEST_CASE("every encoding and template shows results in the order of the calls") {
  const auto sent =
      talk({u, calls({"f", "g", "h"}), answers("call_h", "3"), answers("call_f", "1")});
  auto meant = talk({u, calls({"f", "g", "h"}), answers("call_f", "1"), answers("call_g", ""),
                     answers("call_h", "3")});
  for (const chat_encoding encoding : model::chat_encodings)
    if (encoding != chat_encoding::deepseek_v2)
      CHECK(prompt(encoding, sent) == prompt(encoding, meant));
  for (const char* name : {"deepseek_v3", "deepseek_v3_0324", "deepseek_v3_1", "deepseek_r1"}) {
    const auto encoder = encoder_of(template_file(name));
    const auto text = encoder.encode(sent);
    REQUIRE(text.has_value());
    CHECK(text->text() == encoder.encode(meant)->text());
    CHECK(text->text().find('1') < text->text().find('3'));
  }
}

TEST_CASE("in V3.2 results without calls are a block of their own") {
  CHECK(
      prompt(chat_encoding::deepseek_v3_2, talk({u, tool_says("1"), tool_says("2"), u})) ==
      bos +
          "<｜User｜>u<｜Assistant｜></think>\n\n<function_results>\n<result>1</result>\n"
          "<result>2</result>\n</function_results>\n\n</think><｜User｜>u<｜Assistant｜></think>");
}
