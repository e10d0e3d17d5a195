#include "net/native/generate_request.hpp"

#include "tests/support/catch.hpp"

#include <utility>
#include <vector>

using namespace hadal;
using namespace hadal::net;

TEST_CASE("a bad field of generate is refused and named") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({})", "text"},
      {R"({"text": "a", "input_ids": [1]})", "text"},
      {R"({"text": 5})", "text"},
      {R"({"text": []})", "text"},
      {R"({"text": ["a", 5]})", "text[1]"},
      {R"({"input_ids": "a"})", "input_ids"},
      {R"({"input_ids": [1, "a"]})", "input_ids[1]"},
      {R"({"input_ids": [1, -1]})", "input_ids[1]"},
      {R"({"input_ids": [[1], 5]})", "input_ids[1]"},
      {R"({"input_ids": [[1], [2, 0.5]]})", "input_ids[1][1]"},
      {R"({"text": "a", "image_data": "x"})", "image_data"},
      {R"({"text": "a", "sampling_params": 5})", "sampling_params"},
      {R"({"text": "a", "sampling_params": [{}, {}]})", "sampling_params"},
      {R"({"text": ["a", "b"], "sampling_params": [{}, 5]})", "sampling_params[1]"},
      {R"({"text": "a", "sampling_params": {"temperature": -1}})", "sampling_params.temperature"},
      {R"({"text": "a", "sampling_params": {"max_new_tokens": -1}})",
       "sampling_params.max_new_tokens"},
      {R"({"text": "a", "sampling_params": {"max_new_tokens": 1, "min_new_tokens": 2}})",
       "sampling_params.min_new_tokens"},
      {R"({"text": "a", "sampling_params": {"stop": ""}})", "sampling_params.stop"},
      {R"({"text": "a", "sampling_params": {"stop": ["a", 5]}})", "sampling_params.stop[1]"},
      {R"({"text": "a", "sampling_params": {"logit_bias": {"5": 101}}})",
       "sampling_params.logit_bias.5"},
      {R"({"text": "a", "sampling_params": {"stop_regex": "a+"}})", "sampling_params.stop_regex"},
      {R"({"text": "a", "sampling_params": {"regex": 5}})", "sampling_params.regex"},
      {R"({"text": "a", "sampling_params": {"structural_tag": 5}})",
       "sampling_params.structural_tag"},
      {R"({"text": "a", "sampling_params": {"regex": "a", "ebnf": "root ::= \"a\""}})",
       "sampling_params.ebnf"},
      {R"({"text": "a", "sampling_params": {"regex": "a", "ignore_eos": true}})",
       "sampling_params.ignore_eos"},
      {R"({"text": "a", "sampling_params": {"thinking_budget": -2}})",
       "sampling_params.thinking_budget"},
      {R"({"text": "a", "sampling_params": {"thinking_budget": 1, "thinking_token_budget": 2}})",
       "sampling_params.thinking_token_budget"},
      {R"({"text": "a", "custom_logit_processor": 5})", "custom_logit_processor"},
      {R"({"text": ["a", "b"], "custom_logit_processor": [null, 5]})", "custom_logit_processor[1]"},
      {R"({"text": "a", "custom_logit_processor": "x",
           "sampling_params": {"custom_params": {"thinking_budget": "1"}}})",
       "sampling_params.custom_params.thinking_budget"},
      {R"({"text": ["a", "b"], "sampling_params": [{"n": 1}, {"n": 2}]})", "sampling_params"},
      {R"({"text": "a", "return_logprob": 1})", "return_logprob"},
      {R"({"text": ["a", "b"], "return_logprob": [true, 1]})", "return_logprob[1]"},
      {R"({"text": "a", "logprob_start_len": -2})", "logprob_start_len"},
      {R"({"text": "a", "top_logprobs_num": 21})", "top_logprobs_num"},
      {R"({"text": "a", "rid": 5})", "rid"},
      {R"({"text": "a", "stream": "yes"})", "stream"}};
  for (const auto& [body, param] : table) {
    INFO(body);
    const auto request = decode_generate_request(body);
    REQUIRE_FALSE(request.has_value());
    CHECK(request.error().code == error_code::invalid_request);
    CHECK(request.error().param == param);
  }
}

TEST_CASE("more choices than a request may have are refused") {
  std::string texts;
  for (int i = 0; i < 9; ++i)
    texts += i == 0 ? "\"a\"" : ",\"a\"";
  const auto request =
      decode_generate_request(R"({"text": [)" + texts + R"(], "sampling_params": {"n": 128}})");
  REQUIRE_FALSE(request.has_value());
  CHECK(request.error().message.find("1152") != std::string::npos);
}

TEST_CASE("a body of generate that is no JSON has no param") {
  for (const char* body : {"", "{", R"({"text": "a", "text": "b"})", R"({"text": "\ud800"})"}) {
    const auto request = decode_generate_request(body);
    REQUIRE_FALSE(request.has_value());
    CHECK(request.error().code == error_code::invalid_json);
    CHECK(request.error().param.empty());
  }
}
