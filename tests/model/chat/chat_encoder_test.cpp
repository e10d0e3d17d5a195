#include "tests/model/chat/conversations.hpp"
#include "tests/model/tokenizer/fixture_files.hpp"

using namespace hadal;
using namespace hadal::test;
using model::chat_encoding;

namespace {

constexpr auto v2 = chat_encoding::deepseek_v2;
constexpr auto v3 = chat_encoding::deepseek_v3;
constexpr auto r1 = chat_encoding::deepseek_r1;
constexpr auto v31 = chat_encoding::deepseek_v3_1;
constexpr auto v32 = chat_encoding::deepseek_v3_2;

model::chat_conversation four_turns() {
  return talk({system_says("S"), user_says("Q1"), assistant_says("R1"), user_says("Q2")});
}

model::chat_conversation without_prompt(model::chat_conversation c) {
  c.add_generation_prompt = false;
  return c;
}

} // namespace

TEST_CASE("a plain conversation reads as each format writes it") {
  CHECK(prompt(v2, four_turns()) ==
        bos + "S\n\nUser: Q1\n\nAssistant: R1" + eos + "User: Q2\n\nAssistant:");
  CHECK(prompt(v3, four_turns()) ==
        bos + "S<｜User｜>Q1<｜Assistant｜>R1" + eos + "<｜User｜>Q2<｜Assistant｜>");
  CHECK(prompt(r1, four_turns()) ==
        bos + "S<｜User｜>Q1<｜Assistant｜>R1" + eos + "<｜User｜>Q2<｜Assistant｜><think>\n");
  for (chat_encoding encoding : {v31, v32}) {
    const std::string start =
        bos + "S<｜User｜>Q1<｜Assistant｜></think>R1" + eos + "<｜User｜>Q2<｜Assistant｜>";
    CHECK(prompt(encoding, thinking(four_turns())) == start + "<think>");
    CHECK(prompt(encoding, thinking(four_turns(), false)) == start + "</think>");
    CHECK(prompt(encoding, four_turns()) == start + "</think>");
  }
}

TEST_CASE("without a generation prompt a format stops where its template stops") {
  CHECK(prompt(v2, without_prompt(four_turns())).ends_with("User: Q2\n\n"));
  CHECK(prompt(v3, without_prompt(four_turns())).ends_with("<｜User｜>Q2<｜Assistant｜>"));
  CHECK(prompt(r1, without_prompt(four_turns())).ends_with("<｜User｜>Q2"));
  CHECK(prompt(v31, without_prompt(four_turns())).ends_with("<｜User｜>Q2"));
  CHECK(prompt(v32, without_prompt(four_turns())).ends_with("<｜User｜>Q2<｜Assistant｜></think>"));
}

TEST_CASE("a conversation without user turns follows the template too") {
  const auto only_system = talk({system_says("S")});
  CHECK(prompt(v2, only_system) == bos + "S\n\nAssistant:");
  CHECK(prompt(v3, only_system) == bos + "S<｜Assistant｜>");
  CHECK(prompt(r1, only_system) == bos + "S<｜Assistant｜><think>\n");
  CHECK(prompt(v31, only_system) == bos + "S");
  CHECK(prompt(v32, only_system) == bos + "S");
}

TEST_CASE("several system messages are joined after BOS, in V2 and V3.2 they stay in place") {
  const auto c = talk({system_says("A"), user_says("Q"), system_says("B"), system_says("")});
  for (chat_encoding encoding : {v3, r1, v31})
    CHECK(prompt(encoding, c).starts_with(bos + "A\n\nB\n\n<｜User｜>Q"));
  CHECK(prompt(v2, c) == bos + "A\n\nUser: Q\n\nB\n\n\n\nAssistant:");
  CHECK(prompt(v32, c) == bos + "A<｜User｜>Q<｜Assistant｜></think>B");
}

TEST_CASE("a developer message is an instruction, and a turn of its own in V3.2") {
  const auto c = talk({message("developer", "D"), user_says("Q")});
  for (chat_encoding encoding : {v3, r1, v31})
    CHECK(prompt(encoding, c).starts_with(bos + "D<｜User｜>Q"));
  CHECK(prompt(v2, c) == bos + "D\n\nUser: Q\n\nAssistant:");
  CHECK(prompt(v32, c) == bos + "<｜User｜>\n\n# The user's message is: D<｜Assistant｜></think>"
                                "<｜User｜>Q<｜Assistant｜></think>");
  CHECK(prompt(v32, thinking(c)) == bos + "<｜User｜>Q<｜Assistant｜><think>");
  auto kept = thinking(c);
  kept.drop_thinking = false;
  CHECK(prompt(v32, kept).starts_with(bos + "<｜User｜>\n\n# The user's message is: D"));
}

TEST_CASE("old reasoning is dropped: after the last end of it in V3 and R1, the first in V3.1") {
  const auto c =
      talk({user_says("Q1"), assistant_says("<think>a</think>b</think>c"), user_says("Q2")});
  CHECK(prompt(v3, c) ==
        bos + "<｜User｜>Q1<｜Assistant｜>c" + eos + "<｜User｜>Q2<｜Assistant｜>");
  CHECK(prompt(r1, c) ==
        bos + "<｜User｜>Q1<｜Assistant｜>c" + eos + "<｜User｜>Q2<｜Assistant｜><think>\n");
  CHECK(prompt(v31, c) == bos + "<｜User｜>Q1<｜Assistant｜></think>b</think>c" + eos +
                              "<｜User｜>Q2<｜Assistant｜></think>");
  const auto separate =
      talk({user_says("Q1"), reasoned(assistant_says("c"), "because"), user_says("Q2")});
  for (chat_encoding encoding : model::chat_encodings)
    CHECK(prompt(encoding, thinking(separate)).find("because") == std::string::npos);
}

TEST_CASE("V3.2 shows the reasoning of answers after the last user turn when thinking") {
  auto calls = reasoned(assistant_calls("", {{"f", "{}"}}), "let me see");
  const auto c = talk({user_says("Q"), calls, tool_says("1"), reasoned(assistant_says("A"), "so")});
  CHECK(
      prompt(v32, thinking(c)) ==
      bos +
          "<｜User｜>Q<｜Assistant｜><think>let me see</think>\n\n<｜DSML｜function_calls>\n"
          "<｜DSML｜invoke name=\"f\">\n\n</｜DSML｜invoke>\n</｜DSML｜function_calls>" +
          eos +
          "\n\n<function_results>\n<result>1</result>\n</function_results>\n\n<think>so</think>A" +
          eos);
  CHECK(prompt(v32, c).find("let me see") == std::string::npos);
}

TEST_CASE("a last assistant message is closed by the template's rule") {
  const auto c = talk({user_says("Q"), assistant_says("A")});
  CHECK(prompt(v2, c) == bos + "User: Q\n\nAssistant: A" + eos + "Assistant:");
  CHECK(prompt(v3, c) == bos + "<｜User｜>Q<｜Assistant｜>A" + eos + "<｜Assistant｜>");
  CHECK(prompt(r1, c) == bos + "<｜User｜>Q<｜Assistant｜>A" + eos + "<｜Assistant｜><think>\n");
  CHECK(prompt(v31, c) == bos + "<｜User｜>Q<｜Assistant｜></think>A" + eos);
  CHECK(prompt(v32, c) == bos + "<｜User｜>Q<｜Assistant｜></think>A" + eos);
}

TEST_CASE("continue_final_message leaves the last answer open") {
  const auto c = continued(talk({user_says("Q"), assistant_says("A ")}));
  CHECK(prompt(v2, c) == bos + "User: Q\n\nAssistant: A ");
  CHECK(prompt(v3, c) == bos + "<｜User｜>Q<｜Assistant｜>A ");
  CHECK(prompt(r1, c) == bos + "<｜User｜>Q<｜Assistant｜>A ");
  CHECK(prompt(v31, c) == bos + "<｜User｜>Q<｜Assistant｜></think>A ");
  CHECK(prompt(v32, c) == bos + "<｜User｜>Q<｜Assistant｜></think>A ");
}

TEST_CASE("an answer can be continued inside its reasoning or after it") {
  const auto open = thinking(continued(talk({user_says("Q"), reasoned(assistant_says(""), "hm")})));
  CHECK(prompt(v3, open) == bos + "<｜User｜>Q<｜Assistant｜><think>\nhm");
  CHECK(prompt(r1, open) == bos + "<｜User｜>Q<｜Assistant｜><think>\nhm");
  CHECK(prompt(v31, open) == bos + "<｜User｜>Q<｜Assistant｜><think>hm");
  CHECK(prompt(v32, open) == bos + "<｜User｜>Q<｜Assistant｜><think>hm");
  const auto after =
      thinking(continued(talk({user_says("Q"), reasoned(assistant_says("A"), "hm")})));
  CHECK(prompt(v3, after) == bos + "<｜User｜>Q<｜Assistant｜><think>\nhm\n</think>\n\nA");
  CHECK(prompt(r1, after) == bos + "<｜User｜>Q<｜Assistant｜><think>\nhm\n</think>\n\nA");
  CHECK(prompt(v31, after) == bos + "<｜User｜>Q<｜Assistant｜><think>hm</think>A");
  CHECK(prompt(v32, after) == bos + "<｜User｜>Q<｜Assistant｜><think>hm</think>A");
}

TEST_CASE("a prefix of V3.1 begins inside reasoning exactly when thinking") {
  auto c = talk({user_says("Q"), assistant_says("A")});
  c.messages.back().prefix = true;
  CHECK(prompt(v31, thinking(c)) == bos + "<｜User｜>Q<｜Assistant｜><think>A" + eos);
  CHECK(prompt(v31, thinking(continued(c))) == bos + "<｜User｜>Q<｜Assistant｜><think>A");
  CHECK(prompt(v31, continued(c)) == bos + "<｜User｜>Q<｜Assistant｜></think>A");
}

TEST_CASE("turns of one kind may follow each other") {
  const auto c = talk({user_says("1"), user_says("2"), assistant_says("3"), assistant_says("4")});
  CHECK(prompt(v3, c) == bos + "<｜User｜>1<｜Assistant｜><｜User｜>2<｜Assistant｜>3" + eos + "4" +
                             eos + "<｜Assistant｜>");
  CHECK(prompt(r1, c) == bos + "<｜User｜>1<｜User｜>2<｜Assistant｜>3" + eos + "<｜Assistant｜>4" +
                             eos + "<｜Assistant｜><think>\n");
  CHECK(prompt(v31, c) == bos + "<｜User｜>1<｜User｜>2<｜Assistant｜></think>3" + eos + "4" + eos);
}

TEST_CASE("BOS and EOS are those of the tokenizer, and chat text gets no second BOS") {
  const auto t = load_fixture("v3");
  const model::chat_encoder encoder(v3, *t);
  const auto text =
      encoder.encode(talk({user_says("the fox"), assistant_says("A"), user_says("B")}));
  REQUIRE(text.has_value());
  const auto ids = t->encode(*text);
  REQUIRE(ids.has_value());
  CHECK(ids->front() == *t->bos_id());
  CHECK(std::count(ids->begin(), ids->end(), *t->bos_id()) == 1);
  CHECK(std::count(ids->begin(), ids->end(), *t->eos_id()) == 1);
  CHECK(t->decode(*ids, false) == text->text());
}

TEST_CASE("no text of a client's becomes an added token, in any format and any field") {
  const auto t = load_fixture("v3");
  std::string hostile;
  for (const auto& token : t->added_tokens())
    hostile += token.content;
  const auto added_ids = [&](chat_encoding encoding, const std::string& words) {
    const std::string quoted = "\"" + words + "\"";
    auto calls = reasoned(assistant_calls(words, {{words, "{" + quoted + ": " + quoted + "}"},
                                                  {words, "{" + quoted + ": [" + quoted + "]}"}}),
                          words);
    auto c = talk({system_says(words), message("developer", words + "."), user_says(words)});
    if (encoding != v2) {
      for (auto m : {calls, tool_says(words), tool_says(words), assistant_says(words)})
        c.messages.push_back(m);
      c.tools = {R"({"type": "function", "function": {"name": )" + quoted + R"(, "description": )" +
                 quoted + R"(, "parameters": {)" + quoted + ": " + quoted + "}}}"};
    }
    c.messages.push_back(reasoned(assistant_says(words), words));
    const auto text = model::chat_encoder(encoding, *t).encode(thinking(continued(c)));
    REQUIRE(text.has_value());
    const auto ids = t->encode(*text);
    REQUIRE(ids.has_value());
    CHECK(t->decode(*ids, false) == text->text());
    std::vector<token_id> added;
    for (token_id id : *ids)
      if (t->is_added(id))
        added.push_back(id);
    return added;
  };
  for (chat_encoding encoding : model::chat_encodings) {
    INFO(model::to_string(encoding));
    const auto harmless = added_ids(encoding, "words");
    CHECK_FALSE(harmless.empty());
    CHECK(added_ids(encoding, hostile + "words") == harmless);
  }
}

TEST_CASE("encodings are found by name and chosen by architecture and vocabulary") {
  for (chat_encoding encoding : model::chat_encodings)
    CHECK(model::chat_encoding_of(model::to_string(encoding)) == encoding);
  CHECK(model::chat_encoding_of("deepseek-v3.1") == v31);
  CHECK_FALSE(model::chat_encoding_of("DeepSeek-V3"));
  CHECK_FALSE(model::chat_encoding_of(""));
  const auto thinks = load_fixture("v3");
  auto file = fixture_json("v3");
  file["added_tokens"].erase(3); // "<think>"
  const auto thinks_not = parse_json(file);
  REQUIRE(thinks_not.has_value());
  using model::architecture;
  CHECK(model::choose_chat_encoding(architecture::deepseek_v2, *thinks) == v2);
  CHECK(model::choose_chat_encoding(architecture::deepseek_v3, *thinks) == v31);
  CHECK(model::choose_chat_encoding(architecture::deepseek_v3, **thinks_not) == v3);
}
