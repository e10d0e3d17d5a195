// JSON from clients and operators: every body becomes a record within its limits or an error that a
// client can be told, nothing but JSON is accepted, and JSON text that is shown in a prompt parses
// to the same value again.
#include "model/chat/json_value.hpp"
#include "model/execution/replay_script.hpp"
#include "net/native/generate_request.hpp"
#include "net/native/parse_request.hpp"
#include "net/openai/decode.hpp"
#include "net/openai/error_response.hpp"
#include "tests/fuzz/fuzz_loop.hpp"

#include "base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

using namespace hadal;
using namespace hadal::net;
using namespace hadal::tests;

namespace {

void check_generation(const generation_fields& g) {
  fuzz_require(g.n >= 1 && g.n <= limits::choices_max, "n beyond its limits");
  fuzz_require(!g.temperature || (*g.temperature >= 0 && *g.temperature <= 2),
               "temperature beyond its limits");
  fuzz_require(!g.top_p || (*g.top_p > 0 && *g.top_p <= 1), "top_p beyond its limits");
  fuzz_require(!g.max_tokens || *g.max_tokens >= 0, "max_tokens below zero");
  fuzz_require(
      std::none_of(g.stop.begin(), g.stop.end(), [](const std::string& s) { return s.empty(); }),
      "an empty stop string");
}

/// `inspect` checks a record; an error must be one that a client can be told.
template <class Request, class Inspect>
void check_outcome(std::string_view body, const result<Request>& request, const Inspect& inspect) {
  if (request) {
    fuzz_require(nlohmann::json::accept(body), "what is no JSON was taken");
    inspect(*request);
    return;
  }
  const auto& e = request.error();
  fuzz_require(e.code == error_code::invalid_request || e.code == error_code::invalid_json,
               "an error of another kind");
  fuzz_require(!e.message.empty(), "an error that says nothing");
  fuzz_require(e.code == error_code::invalid_request || e.param.empty(),
               "bad JSON has no field to name");
  fuzz_require(nlohmann::json::accept(error_response(e).body), "an error's answer is no JSON");
}

/// What a prompt shows of a JSON text is JSON with the same value.
void check_value(std::string_view text) {
  const auto value = model::parse_json_value(text);
  if (!value)
    return;
  fuzz_require(nlohmann::json::accept(text), "what is no JSON was taken");
  const auto shown = model::dump(*value);
  const auto again = model::parse_json_value(shown);
  fuzz_require(again.has_value(), "what is shown is no JSON");
  fuzz_require(model::dump(*again) == shown, "what is shown reads differently");
}

/// The first byte chooses the decoder of the rest.
void check_request(std::string_view bytes, std::mt19937_64& random) {
  (void) random;
  const auto head = bytes.empty() ? 0U : static_cast<unsigned char>(bytes[0]);
  const auto body = bytes.empty() ? bytes : bytes.substr(1);
  const auto any = [](const auto&) {};
  switch (head % 9) {
  case 0:
    return check_outcome(body, decode_chat_request(body), [](const chat_request& r) {
      fuzz_require(!r.chat.messages.empty(), "a conversation without messages");
      check_generation(r.generation);
    });
  case 1:
    return check_outcome(body, decode_completion_request(body),
                         [](const completion_request& r) { check_generation(r.generation); });
  case 2: return check_outcome(body, decode_tokenize_request(body), any);
  case 3: return check_outcome(body, decode_detokenize_request(body), any);
  case 4:
    return check_outcome(body, decode_generate_request(body), [](const generate_request& r) {
      fuzz_require(!r.prompts.empty(), "a request without prompts");
      for (const auto& prompt : r.prompts) {
        fuzz_require(prompt.generation.n == r.n(), "prompts of different n");
        check_generation(prompt.generation);
      }
    });
  case 5: return check_outcome(body, decode_separate_reasoning(body), any);
  case 6: return check_outcome(body, decode_parse_function_call(body), any);
  case 7: return check_value(body);
  default: {
    const auto script = model::parse_replay_script(body, "file");
    fuzz_require(script || script.error().code == error_code::invalid_config,
                 "a script's error of another kind");
  }
  }
}

std::vector<std::string> seeds() {
  const std::string chat =
      R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":
"text","text":"a\ud83d\ude00é"}]},{"role":"assistant","content":null,"reasoning_content":"r",
"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":[1,2.5]}"}}]},
{"role":"tool","tool_call_id":"c","content":"r"}],"temperature":0.5,"top_p":1,"top_k":5,"n":2,
"stop":["a","b"],"logit_bias":{"5":1.5},"stream":true,"stream_options":{"include_usage":true},
"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object",
"properties":{"x":{"type":"array"}}}}}],"tool_choice":{"type":"function","function":{"name":"f"}},
"parallel_tool_calls":false,"logprobs":true,"top_logprobs":3,"chat_template_kwargs":{"thinking":
true},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"null"}}},
"custom_params":{"thinking_budget":5},"reasoning_effort":"low","seed":-5,"regex":null})";
  const std::string completion = R"({"prompt":[[1,2],[3]],"max_tokens":0,"echo":true,"logprobs":2,
"best_of":1,"suffix":"s","ebnf":"root ::= \"a\"","min_tokens":1,"stop_token_ids":[1]})";
  const std::string generate = R"({"text":["a","b"],"rid":["x","y"],"sampling_params":[{"n":2,
"max_new_tokens":3},{"n":2,"json_schema":"{}"}],"return_logprob":[true,false],"top_logprobs_num":2,
"logprob_start_len":[0,-1],"stream":true,"custom_logit_processor":"{\"callable\": \"8004\"}"})";
  const std::string call = R"({"text":"<x>","tools":[{"type":"function","function":{"name":"f",
"parameters":{}}}],"tool_call_parser":"deepseekv3","reasoning_parser":"deepseek-r1"})";
  const std::string script = R"({"match":"a","text":"It is.","delay_ms":2})"
                             "\n\n"
                             R"({"pieces":["<thi","nk>"],"end":"none"})"
                             "\n";
  std::vector<std::string> all;
  const auto add = [&](char reader, const std::string& body) { all.push_back(reader + body); };
  add(0, chat);
  add(1, completion);
  add(2, R"({"prompt":["x","y"],"add_special_tokens":false})");
  add(3, R"({"tokens":[1,2,3],"skip_special_tokens":true})");
  add(4, generate);
  add(4, R"({"input_ids":[1,2],"sampling_params":{"regex":"a+","stop":"b"}})");
  add(5, call);
  add(6, call);
  for (const auto& body : {chat, completion, generate})
    add(7, body);
  add(7, R"([1e5,-0,0.1,1E-7,12345678901234567890123,true,null,"\u0000\/\b",{"":{},"a":[[]]}])");
  add(8, script);
  return all;
}

} // namespace

int main(int argc, char** argv) {
  fuzz_target target;
  target.name = "request";
  target.check = check_request;
  target.seeds = seeds();
  for (const char* word : {"{",
                           "}",
                           "[",
                           "]",
                           "\"",
                           ",",
                           ":",
                           "\\",
                           "\\u",
                           "\\ud800",
                           "\\udc00",
                           "null",
                           "true",
                           "-0",
                           "1e999",
                           "0.5",
                           "2e308",
                           "9223372036854775808",
                           "18446744073709551616",
                           "NaN",
                           "\xff",
                           "\xed\xa0\x80",
                           "\xef\xbb\xbf",
                           "[[[[[[[[[[[[[[[[",
                           "{\"a\":",
                           "\"a\":1,",
                           "\"\":",
                           "]}",
                           "\"content\":",
                           "\"role\":\"user\"",
                           "\"stop\":",
                           "\"n\":",
                           "\"tools\":[",
                           "\"type\":\"function\"",
                           "1e-400",
                           "00",
                           "1.",
                           "/**/",
                           "\"model\":\"m\",\"model\":\"m\""})
    target.dictionary.emplace_back(word);
  target.dictionary.emplace_back(1, '\0');
  target.dictionary.emplace_back(200, '[');
  return fuzz(argc, argv, target);
}
