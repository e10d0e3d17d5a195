#include "net/native/generate_answer.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <array>

using namespace hadal;
using namespace hadal::net;
using json = nlohmann::json;

namespace {

json event_of(const generate_answer& answer, std::int32_t choice) {
  std::string out;
  answer.append_event(out, choice);
  REQUIRE(out.starts_with("data: "));
  REQUIRE(out.ends_with("\n\n"));
  return json::parse(out.substr(6));
}

constexpr std::array first_ids = {token_id{7}, token_id{8}};
constexpr std::array last_ids = {token_id{1}};

} // namespace

TEST_CASE("a whole answer has text, ids and meta_info") {
  generate_answer answer({{{"r1", false, false}}, false, false});
  answer.set_prompt_tokens(0, 5);
  answer.add_delta(0, {"he", first_ids, {}, {}});
  answer.add_delta(0, {"y", last_ids, {}, {}});
  answer.finish(0, {finish_reason::stop, token_id{1}}, 0.25);
  CHECK(json::parse(answer.body()) == json::parse(R"({"text": "hey", "output_ids": [7, 8, 1],
    "meta_info": {"id": "r1", "finish_reason": {"type": "stop", "matched": 1}, "prompt_tokens": 5,
      "completion_tokens": 3, "cached_tokens": 0, "weight_version": "default",
      "e2e_latency": 0.25}})"));
}

TEST_CASE("an event repeats everything so far") {
  generate_answer answer({{{"r1", false, false}}, false, false});
  answer.set_prompt_tokens(0, 5);
  answer.add_delta(0, {"he", first_ids, {}, {}});
  auto event = event_of(answer, 0);
  CHECK(event["text"] == "he");
  CHECK(event["output_ids"] == json({7, 8}));
  CHECK(event["meta_info"]["finish_reason"].is_null());
  CHECK_FALSE(event.contains("index"));
  answer.add_delta(0, {"y", last_ids, {}, {}});
  answer.finish(0, {finish_reason::length, {}}, 1);
  event = event_of(answer, 0);
  CHECK(event["text"] == "hey");
  CHECK(event["meta_info"]["finish_reason"] == json({{"type", "length"}, {"length", 3}}));
  CHECK(event == json::parse(answer.body()));
}

TEST_CASE("a list has an item for each choice and events say which one they are of") {
  generate_answer answer({{{"a", false, false}, {"b", false, false}}, true, false});
  answer.add_delta(1, {"x", last_ids, {}, {}});
  CHECK(event_of(answer, 1)["index"] == 1);
  answer.finish(0, {finish_reason::length, {}}, 1);
  answer.finish(1, {finish_reason::stop, std::string("END")}, 1);
  const auto body = json::parse(answer.body());
  REQUIRE(body.size() == 2);
  CHECK(body[0]["meta_info"]["id"] == "a");
  CHECK(body[1]["text"] == "x");
  CHECK(body[1]["meta_info"]["finish_reason"]["matched"] == "END");
}

TEST_CASE("log probabilities are triples, of the prompt's first token without a value") {
  const std::array top = {top_logprob{5, "a", -0.5F}, top_logprob{9, {}, -2.0F}};
  const std::array prompt = {token_logprob{3, "<s>", 0, {}, 0, false},
                             token_logprob{5, "a", -0.5F, top, 0}};
  const std::array output = {token_logprob{9, {}, -2.0F, top, 0}};
  for (const bool with_text : {false, true}) {
    generate_answer answer({{{"r", true, true}}, false, with_text});
    answer.add_delta(0, {{}, {}, {}, prompt});
    answer.add_delta(0, {{}, last_ids, output, {}});
    answer.finish(0, {finish_reason::length, {}}, 1);
    const auto meta = json::parse(answer.body())["meta_info"];
    const json a = with_text ? json("a") : json();
    CHECK(meta["input_token_logprobs"] ==
          json::array({{nullptr, 3, with_text ? json("<s>") : json()}, {-0.5, 5, a}}));
    CHECK(meta["output_token_logprobs"] == json::array({{-2.0, 9, nullptr}}));
    CHECK(meta["output_token_logprobs_length"] == 1);
    CHECK(meta["input_top_logprobs"] ==
          json::array({nullptr, json::array({{-0.5, 5, a}, {-2.0, 9, nullptr}})}));
    CHECK(meta["output_top_logprobs"].size() == 1);
  }
}

TEST_CASE("without return_logprob there are no lists, without top_logprobs_num no alternatives") {
  const std::array output = {token_logprob{9, "b", -2.0F, {}, 0}};
  generate_answer answer({{{"a", false, false}, {"b", true, false}}, true, false});
  answer.add_delta(1, {{}, last_ids, output, {}});
  answer.finish(0, {finish_reason::length, {}}, 1);
  answer.finish(1, {finish_reason::length, {}}, 1);
  const auto body = json::parse(answer.body());
  CHECK_FALSE(body[0]["meta_info"].contains("output_token_logprobs"));
  CHECK(body[1]["meta_info"]["input_token_logprobs"] == json::array());
  CHECK_FALSE(body[1]["meta_info"].contains("output_top_logprobs"));
}
