#include "actors/gateway/answer.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace hadal;
using namespace hadal::actors;
using namespace hadal::protocol;
using nlohmann::json;

namespace {

answer_form form(bool stream) {
  answer_form f;
  f.stream = stream;
  f.counts_reasoning = true;
  f.include_usage = stream;
  f.options.reasoning_active = true;
  f.identity = {"chatcmpl-1", 1, "m"};
  return f;
}

std::vector<sequence_delta> deltas() {
  sequence_delta thought;
  thought.reasoning = "let me ";
  thought.completion_tokens = thought.reasoning_tokens = 2;
  sequence_delta both;
  both.reasoning = "see";
  both.text = "I look";
  both.completion_tokens = 4;
  both.reasoning_tokens = 3;
  sequence_delta calls;
  calls.text = ".";
  calls.tool_calls = {{0, "call_a", "f", "{\"x\""}, {1, "call_b", "g", "{}"}};
  calls.completion_tokens = 9;
  calls.reasoning_tokens = 3;
  calls.finish = finish_info{finish_kind::tool_calls, {}, {}, {}};
  return {thought, both, calls};
}

/// The events of a stream, the last one ("[DONE]") checked and dropped.
std::vector<json> events_of(const std::vector<sequence_delta>& all) {
  answer a(form(true));
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
  answer a(form(false));
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
            json::parse(R"({"role":"assistant","content":""})"),
            json::parse(R"({"reasoning_content":"let me "})"),
            json::parse(R"({"reasoning_content":"see","content":"I look"})"),
            json::parse(R"({"content":"."})"),
            json::parse(R"({"tool_calls":[{"index":0,"id":"call_a","type":"function",
                                    "function":{"name":"f","arguments":""}}]})"),
            json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
            json::parse(R"({"tool_calls":[{"index":1,"id":"call_b","type":"function",
                                    "function":{"name":"g","arguments":""}}]})"),
            json::parse(R"({"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"),
            json::parse("{}")});
  CHECK(events.back()["usage"]["reasoning_tokens"] == 3);
  CHECK(events.back()["usage"] == whole_of(deltas())["usage"]);
}

TEST_CASE("log probabilities and ids ride on the first event of their step") {
  answer_form f = form(true);
  f.options.logprobs = true;
  f.options.return_token_ids = true;
  answer a(f);
  a.prepare({{5, {}, 0, {}}});
  sequence_delta delta;
  delta.tool_calls = {{0, "call_a", "f", "{}"}};
  delta.token_ids = {7, 8};
  delta.logprobs = {{7, "x", -1, true, {}}, {8, "y", -2, true, {}}};
  std::string out;
  a.add(delta, out);
  CHECK(out.find(R"("token_ids":[7,8])") == out.rfind(R"("token_ids":[7,8])"));
  const auto entry = out.find(R"("token":"x")");
  REQUIRE(entry != std::string::npos);
  CHECK(entry == out.rfind(R"("token":"x")"));
  CHECK(entry < out.find(R"({"arguments":"{}"})"));
}

TEST_CASE("a step that only has log probabilities is an event with empty content") {
  answer_form f = form(true);
  f.options.logprobs = true;
  answer a(f);
  a.prepare({{5, {}, 0, {}}});
  sequence_delta delta;
  delta.logprobs = {{7, "x", -1, true, {}}};
  std::string out;
  a.add(delta, out);
  CHECK(out.find(R"("delta":{"content":""},"logprobs":{"content":[{"token":"x")") !=
        std::string::npos);
}
