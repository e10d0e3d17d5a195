#include "actors/gateway/answer.hpp"
#include "tests/support/byte_tokenizer.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace hadal;
using namespace hadal::actors;
using namespace hadal::protocol;
using nlohmann::json;

namespace {

answer_layout layout(bool stream) {
  answer_layout f;
  f.stream = stream;
  f.counts_reasoning = true;
  f.include_usage = stream;
  f.options.reasoning_active = true;
  f.identity = {"chatcmpl-1", 1, "m"};
  return f;
}

std::vector<sequence_delta> deltas() {
  sequence_delta thought;
  thought.output.reasoning = "let me ";
  thought.completion_tokens = thought.reasoning_tokens = 2;
  sequence_delta both;
  both.output.reasoning = "see";
  both.output.content = "I look";
  both.completion_tokens = 4;
  both.reasoning_tokens = 3;
  sequence_delta calls;
  calls.output.content = ".";
  calls.output.calls = {{0, "call_a", "f", "{\"x\""}, {1, "call_b", "g", "{}"}};
  calls.completion_tokens = 9;
  calls.reasoning_tokens = 3;
  calls.output.finish = model::finish{model::finish_reason::tool_calls, {}, {}, {}};
  return {thought, both, calls};
}

/// The events of a stream, the last one ("[DONE]") checked and dropped.
std::vector<json> events_of(const std::vector<sequence_delta>& all) {
  answer a(layout(true));
  a.prepare({{5, {}, 0, {}}});
  std::string out;
  for (const auto& delta : all)
    a.add(delta, out);
  a.append_end(out);
  std::vector<json> events;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);)
    if (line == "data: [DONE]")
      return events;
    else if (!line.empty())
      events.push_back(json::parse(line.substr(6)));
  FAIL("the stream does not end");
  return events;
}

json whole_of(const std::vector<sequence_delta>& all) {
  answer a(layout(false));
  a.prepare({{5, {}, 0, {}}});
  std::string out;
  for (const auto& delta : all)
    a.add(delta, out);
  REQUIRE(a.complete());
  CHECK(out.empty());
  return json::parse(a.body());
}

} // namespace

TEST_CASE("a whole answer has reasoning, content, calls and what they cost") {
  const auto body = whole_of(deltas());
  const auto& message = body["choices"][0]["message"];
  CHECK(message["reasoning_content"] == "let me see");
  CHECK(message["content"] == "I look.");
  CHECK(message["tool_calls"] == json::parse(R"([
    {"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"x\""}},
    {"index":1,"id":"call_b","type":"function","function":{"name":"g","arguments":"{}"}}])"));
  CHECK(body["choices"][0]["finish_reason"] == "tool_calls");
  CHECK(body["choices"][0]["matched_stop"].is_null());
  CHECK(body["usage"]["completion_tokens_details"]["reasoning_tokens"] == 3);
  CHECK(body["usage"]["reasoning_tokens"] == 3);
}

TEST_CASE("a stream has a call's name before its arguments, each in an event of its own") {
  const auto events = events_of(deltas());
  std::vector<json> parts;
  for (const auto& event : events)
    if (!event["choices"].empty())
      parts.push_back(event["choices"][0]["delta"]);
  CHECK(parts ==
        std::vector<json>{
            json::parse(R"({"role":"assistant","content":"","reasoning_content":null})"),
            json::parse(R"({"reasoning_content":"let me "})"),
            json::parse(R"({"reasoning_content":"see"})"),
            json::parse(R"({"reasoning_content":null,"content":"I look"})"),
            json::parse(R"({"reasoning_content":null,"content":"."})"),
            json::parse(R"({"reasoning_content":null,"tool_calls":[{"index":0,"id":"call_a",
                            "type":"function","function":{"name":"f","arguments":""}}]})"),
            json::parse(R"({"reasoning_content":null,
                            "tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
            json::parse(R"({"reasoning_content":null,"tool_calls":[{"index":1,"id":"call_b",
                            "type":"function","function":{"name":"g","arguments":""}}]})"),
            json::parse(R"({"reasoning_content":null,
                            "tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"),
            json::parse(R"({"reasoning_content":null,"content":""})")});
  CHECK(events.back()["usage"]["reasoning_tokens"] == 3);
  CHECK(events.back()["usage"] == whole_of(deltas())["usage"]);
}

TEST_CASE("log probabilities and ids ride on the first event of their step") {
  answer_layout f = layout(true);
  f.options.logprobs = true;
  f.vocabulary = tests::byte_tokenizer();
  f.options.return_token_ids = true;
  answer a(f);
  a.prepare({{5, {}, 0, {}}});
  sequence_delta delta;
  delta.output.calls = {{0, "call_a", "f", "{}"}};
  delta.token_ids = {7, 8};
  delta.logprobs = {{'x', -1.0F, {}}, {'y', -2.0F, {}}};
  std::string out;
  a.add(delta, out);
  CHECK(out.find(R"("token_ids":[7,8])") == out.rfind(R"("token_ids":[7,8])"));
  const auto entry = out.find(R"("token":"x")");
  REQUIRE(entry != std::string::npos);
  CHECK(entry == out.rfind(R"("token":"x")"));
  CHECK(entry < out.find(R"({"arguments":"{}"})"));
}

TEST_CASE("a step that only has log probabilities is an event with empty content") {
  answer_layout f = layout(true);
  f.options.logprobs = true;
  f.vocabulary = tests::byte_tokenizer();
  answer a(f);
  a.prepare({{5, {}, 0, {}}});
  sequence_delta delta;
  delta.logprobs = {{'x', -1.0F, {}}};
  std::string out;
  a.add(delta, out);
  CHECK(
      out.find(
          R"("delta":{"reasoning_content":null,"content":""},"logprobs":{"content":[{"token":"x")") !=
      std::string::npos);
}

TEST_CASE(
    "a completion's stream ends with its last text, and says its prompt's ids with its first") {
  answer_layout f;
  f.chat = false;
  f.stream = true;
  f.options.return_token_ids = true;
  f.identity = {"cmpl-1", 1, "m"};
  answer a(f);
  a.prepare(
      {{2, {}, 0, std::make_shared<const std::vector<token_id>>(std::vector<token_id>{4, 5})}});
  sequence_delta first;
  first.output.content = "a";
  first.token_ids = {6};
  sequence_delta last;
  last.output.content = "b";
  last.token_ids = {7};
  last.output.finish = model::finish{model::finish_reason::length, {}, {}, {}};
  std::string one;
  a.add(first, one);
  std::string two;
  a.add(last, two);
  const auto head = json::parse(one.substr(6))["choices"][0];
  CHECK(head["text"] == "a");
  CHECK(head["prompt_token_ids"] == json({4, 5}));
  CHECK(head["finish_reason"].is_null());
  const auto tail = json::parse(two.substr(6))["choices"][0];
  CHECK(tail["text"] == "b");
  CHECK(tail["finish_reason"] == "length");
  CHECK_FALSE(tail.contains("prompt_token_ids"));
}

TEST_CASE("log probabilities have the bytes of their tokens, and none without a vocabulary") {
  for (const bool has_vocabulary : {true, false}) {
    answer_layout f = layout(true);
    f.options.logprobs = true;
    if (has_vocabulary)
      f.vocabulary = tests::byte_tokenizer();
    answer a(f);
    a.prepare({{5, {}, 0, {}}});
    sequence_delta delta;
    delta.output.content = "x";
    delta.logprobs = {{'x', -1.0F, {{'x', -1.0F}, {'y', -2.0F}, {70'000, -3.0F}}}};
    std::string out;
    a.add(delta, out);
    const auto event = json::parse(out.substr(out.rfind("data: ") + 6));
    const auto& entry = event["choices"][0]["logprobs"]["content"][0];
    CHECK(entry["token"] == (has_vocabulary ? "x" : "token_id:120"));
    CHECK(entry["bytes"] == (has_vocabulary ? json({120}) : json::array()));
    CHECK(entry["top_logprobs"][1]["token"] == (has_vocabulary ? "y" : "token_id:121"));
    CHECK(entry["top_logprobs"][2]["token"] == "token_id:70000");
    CHECK(entry["top_logprobs"][2]["bytes"].empty());
  }
}
