#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

struct bad_field {
  std::string members; // after "messages"
  std::string param;
};

std::string repeated(std::string_view item, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += (i == 0 ? "" : ",") + std::string(item);
  return out;
}

std::string characters(std::string_view one, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += one;
  return out;
}

std::string bias_entries(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
  return out;
}

void check_refused(const std::string& body, const std::string& param) {
  CAPTURE(body.substr(0, 300));
  const auto request = decode_chat_request(body);
  REQUIRE_FALSE(request);
  CHECK(request.error().code == error_code::invalid_request);
  CHECK(request.error().param == param);
  CHECK_FALSE(request.error().message.empty());
  CHECK(request.error().message.back() == '.');
}

} // namespace

TEST_CASE("a field of the wrong type or range is refused by its name") {
  const std::vector<bad_field> table = {
      {R"("model":1)", "model"},
      {R"("temperature":"1")", "temperature"},
      {R"("temperature":-0.1)", "temperature"},
      {R"("temperature":2.0001)", "temperature"},
      {R"("temperature":true)", "temperature"},
      {R"("top_p":-0.001)", "top_p"},
      {R"("top_p":1.01)", "top_p"},
      {R"("top_p":-1)", "top_p"},
      {R"("top_k":-2)", "top_k"},
      {R"("top_k":1.5)", "top_k"},
      {R"("top_k":2147483648)", "top_k"},
      {R"("min_p":-0.1)", "min_p"},
      {R"("min_p":1.1)", "min_p"},
      {R"("frequency_penalty":2.1)", "frequency_penalty"},
      {R"("frequency_penalty":"0")", "frequency_penalty"},
      {R"("presence_penalty":-2.1)", "presence_penalty"},
      {R"("repetition_penalty":0)", "repetition_penalty"},
      {R"("repetition_penalty":2.1)", "repetition_penalty"},
      {R"("seed":1.0)", "seed"},
      {R"("seed":9223372036854775808)", "seed"},
      {R"("seed":"1")", "seed"},
      {R"("n":0)", "n"},
      {R"("n":129)", "n"},
      {R"("n":-1)", "n"},
      {R"("n":true)", "n"},
      {R"("n":2147483648)", "n"},
      {R"("max_tokens":0)", "max_tokens"},
      {R"("max_tokens":-1)", "max_tokens"},
      {R"("max_tokens":1.5)", "max_tokens"},
      {R"("max_tokens":16.0)", "max_tokens"},
      {R"("max_tokens":"16")", "max_tokens"},
      {R"("max_tokens":9223372036854775807)", "max_tokens"},
      {R"("max_completion_tokens":0)", "max_completion_tokens"},
      {R"("min_tokens":-1)", "min_tokens"},
      {R"("min_tokens":6,"max_tokens":5)", "min_tokens"},
      {R"("stop":"")", "stop"},
      {R"("stop":1)", "stop"},
      {R"("stop":{})", "stop"},
      {R"("stop":["a",""])", "stop[1]"},
      {R"("stop":["a",null])", "stop[1]"},
      {R"("stop":[)" + repeated("\"a\"", 65) + "]", "stop"},
      {R"("stop":")" + std::string(1025, 'x') + '"', "stop"},
      {R"("stop_token_ids":1)", "stop_token_ids"},
      {R"("stop_token_ids":[-1])", "stop_token_ids[0]"},
      {R"("stop_token_ids":[1,2.5])", "stop_token_ids[1]"},
      {R"("stop_token_ids":[2147483648])", "stop_token_ids[0]"},
      {R"("stop_token_ids":[)" + repeated("1", 65) + "]", "stop_token_ids"},
      {R"("logit_bias":[])", "logit_bias"},
      {R"("logit_bias":{"a":1})", "logit_bias"},
      {R"("logit_bias":{"-1":1})", "logit_bias"},
      {R"("logit_bias":{"01":1})", "logit_bias"},
      {R"("logit_bias":{"":1})", "logit_bias"},
      {R"("logit_bias":{"1.0":1})", "logit_bias"},
      {R"("logit_bias":{"+1":1})", "logit_bias"},
      {R"("logit_bias":{"2147483648":1})", "logit_bias"},
      {R"("logit_bias":{"5":100.5})", "logit_bias.5"},
      {R"("logit_bias":{"5":"1"})", "logit_bias.5"},
      {R"("logit_bias":{"5":null})", "logit_bias.5"},
      {R"("logit_bias":{)" + bias_entries(1025) + "}", "logit_bias"},
      {R"("logprobs":1)", "logprobs"},
      {R"("logprobs":"true")", "logprobs"},
      {R"("top_logprobs":5)", "top_logprobs"},
      {R"("logprobs":false,"top_logprobs":5)", "top_logprobs"},
      {R"("logprobs":true,"top_logprobs":21)", "top_logprobs"},
      {R"("logprobs":true,"top_logprobs":-1)", "top_logprobs"},
      {R"("ignore_eos":1)", "ignore_eos"},
      {R"("skip_special_tokens":"no")", "skip_special_tokens"},
      {R"("include_stop_str_in_output":0)", "include_stop_str_in_output"},
      {R"("stream":1)", "stream"},
      {R"("stream":"true")", "stream"},
      {R"("stream_options":{"include_usage":true})", "stream_options"},
      {R"("stream":false,"stream_options":{"include_usage":false})", "stream_options"},
      {R"("stream_options":{"continuous_usage_stats":true})", "stream_options"},
      {R"("stream_options":[])", "stream_options"},
      {R"("stream":true,"stream_options":[])", "stream_options"},
      {R"("stream":true,"stream_options":{"include_usage":1})", "stream_options.include_usage"},
      {R"("stream":true,"stream_options":{"continuous_usage_stats":"x"})",
       "stream_options.continuous_usage_stats"},
      {R"("return_token_ids":1)", "return_token_ids"},
      {R"("return_tokens_as_token_ids":1)", "return_tokens_as_token_ids"},
      {R"("user":5)", "user"},
      {R"("response_format":"text")", "response_format"},
      {R"("response_format":{})", "response_format.type"},
      {R"("response_format":{"type":1})", "response_format.type"},
      {R"("response_format":{"type":"xml"})", "response_format.type"},
      {R"("response_format":{"type":"json_schema"})", "response_format.json_schema"},
      {R"("response_format":{"type":"json_schema","json_schema":1})",
       "response_format.json_schema"},
      {R"("response_format":{"type":"json_schema","json_schema":{"name":"n"}})",
       "response_format.json_schema.schema"},
      {R"("response_format":{"type":"json_schema","json_schema":{"schema":"x"}})",
       "response_format.json_schema.schema"},
      {R"("response_format":{"type":"json_schema","json_schema":{"schema":{},"strict":"x"}})",
       "response_format.json_schema.strict"},
      {R"("response_format":{"type":"json_schema","schema":1})", "response_format.schema"},
      {R"("regex":1)", "regex"},
      {R"("ebnf":{})", "ebnf"},
      {R"("json_schema":1)", "json_schema"},
      {R"("regex":"a","ebnf":"root ::= \"a\"")", "ebnf"},
      {R"("response_format":{"type":"json_object"},"regex":"a")", "regex"},
      {R"("regex":"a","ignore_eos":true)", "ignore_eos"},
      {R"("structured_outputs":[])", "structured_outputs"},
      {R"("structured_outputs":{"regex":{}})", "structured_outputs.regex"},
      {R"("structured_outputs":{"choice":[]})", "structured_outputs.choice"},
      {R"("structured_outputs":{"choice":["a",1]})", "structured_outputs.choice"},
      {R"("structured_outputs":{"json_object":1})", "structured_outputs.json_object"},
      {R"("structured_outputs":{"regex":"a","choice":["a"]})", "structured_outputs.choice"},
      {R"("structured_outputs":{"regex":"a"},"ebnf":"root ::= \"a\"")", "ebnf"},
      {R"("structured_outputs":{"regex":"a"},"ignore_eos":true)", "ignore_eos"},
      {R"("guided_choice":"a")", "guided_choice"},
      {R"("response_format":{"type":"json_object","schema":1})", "response_format.schema"},
      {R"("functions":[])", "functions"},
      {R"("function_call":"auto")", "function_call"},
      {R"("tools":{})", "tools"},
      {R"("tools":[1])", "tools[0]"},
      {R"("tools":[{}])", "tools[0].type"},
      {R"("tools":[{"type":"retrieval"}])", "tools[0].type"},
      {R"("tools":[{"type":"function"}])", "tools[0].function"},
      {R"("tools":[{"type":"function","function":"f"}])", "tools[0].function"},
      {R"("tools":[{"type":"function","function":{}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":""}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":" a"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a "}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a\nb"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a\u0085b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a\u2028b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a\u007fb"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a\"b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a'b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a`b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a<b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a>b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"a｜b"}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":")" + characters("é", 257) + R"("}}])",
       "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":5}}])", "tools[0].function.name"},
      {R"("tools":[{"type":"function","function":{"name":"f","description":1}}])",
       "tools[0].function.description"},
      {R"("tools":[{"type":"function","function":{"name":"f","parameters":[]}}])",
       "tools[0].function.parameters"},
      {R"("tools":[{"type":"function","function":{"name":"f","strict":"yes"}}])",
       "tools[0].function.strict"},
      {R"("tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}])",
       "tools[1].function.name"},
      {R"("thinking":true)", "thinking"},
      {R"("thinking":"enabled")", "thinking"},
      {R"("thinking":{})", "thinking.type"},
      {R"("thinking":{"type":null})", "thinking.type"},
      {R"("thinking":{"type":true})", "thinking.type"},
      {R"("thinking":{"type":"auto"})", "thinking.type"},
      {R"("thinking":{"type":""})", "thinking.type"},
      {R"("enable_thinking":"true")", "enable_thinking"},
      {R"("enable_thinking":1)", "enable_thinking"},
      {R"("tool_choice":"sometimes")", "tool_choice"},
      {R"("tool_choice":1)", "tool_choice"},
      {R"("tool_choice":"required")", "tool_choice"},
      {R"("tool_choice":{})", "tool_choice"},
      {R"("tools":[],"tool_choice":"required")", "tool_choice"},
      {R"("tools":[{"type":"function","function":{"name":"f"}}],
          "tool_choice":{"type":"custom","function":{"name":"f"}})",
       "tool_choice"},
      {R"("tool_choice":{"type":"function","function":{"name":"f"}})", "tool_choice"},
      {R"("tool_choice":{"type":"allowed_tools","tools":[{"name":"f"}]})", "tool_choice"},
      {R"("tools":[{"type":"function","function":{"name":"f"}}],
          "tool_choice":{"type":"function","function":{"name":"g"}})",
       "tool_choice"},
      {R"("parallel_tool_calls":0)", "parallel_tool_calls"},
      {R"("chat_template_kwargs":[])", "chat_template_kwargs"},
      {R"("chat_template_kwargs":{"thinking":1})", "chat_template_kwargs.thinking"},
      {R"("chat_template_kwargs":{"enable_thinking":"x"})", "chat_template_kwargs.enable_thinking"},
      {R"("reasoning_effort":3)", "reasoning_effort"},
      {R"("reasoning_effort":1)", "reasoning_effort"},
      {R"("reasoning_effort":true)", "reasoning_effort"},
      {R"("reasoning":true)", "reasoning"},
      {R"("reasoning":{"effort":[]})", "reasoning.effort"},
      {R"("reasoning":{"enabled":"yes"})", "reasoning.enabled"},
      {R"("separate_reasoning":1)", "separate_reasoning"},
      {R"("stream_reasoning":1)", "stream_reasoning"},
      {R"("continue_final_message":1)", "continue_final_message"},
      {R"("continue_final_message":true)", "continue_final_message"},
      {R"("add_generation_prompt":1)", "add_generation_prompt"},
  };
  for (const auto& row : table)
    check_refused(R"({"messages":[{"role":"user","content":"hi"}],)" + row.members + "}",
                  row.param);
}

TEST_CASE("allowed tools that are wrong are refused with the place") {
  const std::string tools =
      R"({"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}],)"
      R"("tool_choice":{"type":"allowed_tools")";
  const auto refused = [&](const std::string& rest, const std::string& param) {
    check_refused(tools + rest + "}}", param);
  };
  refused("", "tool_choice.tools");
  refused(R"(,"allowed_tools":5)", "tool_choice.allowed_tools");
  refused(R"(,"allowed_tools":{})", "tool_choice.allowed_tools.tools");
  refused(R"(,"allowed_tools":{"tools":[]})", "tool_choice.allowed_tools.tools");
  refused(R"(,"allowed_tools":{"mode":"none","tools":[{"name":"f"}]})",
          "tool_choice.allowed_tools.mode");
  refused(R"(,"allowed_tools":{"mode":1,"tools":[{"name":"f"}]})",
          "tool_choice.allowed_tools.mode");
  refused(R"(,"allowed_tools":{"tools":["f"]})", "tool_choice.allowed_tools.tools[0]");
  refused(R"(,"allowed_tools":{"tools":[{"type":"custom","name":"f"}]})",
          "tool_choice.allowed_tools.tools[0].type");
  refused(R"(,"allowed_tools":{"tools":[{"type":"function","function":{}}]})",
          "tool_choice.allowed_tools.tools[0].function.name");
  refused(R"(,"tools":[{"name":"f"},{"name":"g"}])", "tool_choice.tools[1]");
}

TEST_CASE("a bad message is refused by its path") {
  const std::vector<bad_field> table = {
      {R"(1)", "messages[0]"},
      {R"({})", "messages[0].role"},
      {R"({"role":null,"content":"x"})", "messages[0].role"},
      {R"({"role":"User","content":"x"})", "messages[0].role"},
      {R"({"role":"robot","content":"x"})", "messages[0].role"},
      {R"({"role":1,"content":"x"})", "messages[0].role"},
      {R"({"role":"user"})", "messages[0].content"},
      {R"({"role":"user","content":null})", "messages[0].content"},
      {R"({"role":"system","content":null})", "messages[0].content"},
      {R"({"role":"user","content":1})", "messages[0].content"},
      {R"({"role":"user","content":{}})", "messages[0].content"},
      {R"({"role":"user","content":["x"]})", "messages[0].content[0]"},
      {R"({"role":"user","content":[{}]})", "messages[0].content[0].type"},
      {R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"x"}}]})",
       "messages[0].content[1].type"},
      {R"({"role":"user","content":[{"type":"text"}]})", "messages[0].content[0].text"},
      {R"({"role":"user","content":[{"type":"text","text":1}]})", "messages[0].content[0].text"},
      {R"({"role":"user","content":"x","name":1})", "messages[0].name"},
      {R"({"role":"developer"})", "messages[0].content"},
      {R"({"role":"user","content":[{"type":"refusal"}]})", "messages[0].content[0].refusal"},
      {R"({"role":"user","content":[{"type":"refusal","text":"x"}]})",
       "messages[0].content[0].refusal"},
      {R"({"role":"assistant","content":[{"type":"output_text","refusal":"x"}]})",
       "messages[0].content[0].text"},
      {R"({"role":"assistant","content":[{"type":"thinking","thinking":"x"}]})",
       "messages[0].content[0].type"},
      {R"({"role":"assistant","content":null,"refusal":1})", "messages[0].refusal"},
      {R"({"role":"assistant","content":"x","audio":{"id":"a"}})", "messages[0].audio"},
      {R"({"role":"user","content":"x","tool_calls":[{"function":{"name":"f"}}]})",
       "messages[0].tool_calls"},
      {R"({"role":"user","content":"x","function_call":{"name":"f"}})",
       "messages[0].function_call"},
      {R"({"role":"assistant","function_call":"f"})", "messages[0].function_call"},
      {R"({"role":"assistant","function_call":{"arguments":"{}"}})",
       "messages[0].function_call.name"},
      {R"({"role":"assistant","function_call":{"name":"f","arguments":1}})",
       "messages[0].function_call.arguments"},
      {R"({"role":"assistant","function_call":{"name":"f"},
           "tool_calls":[{"function":{"name":"f"}}]})",
       "messages[0].function_call"},
      {R"({"role":"tool","content":"x","tool_call_id":1})", "messages[0].tool_call_id"},
      {R"({"role":"assistant","content":"x","reasoning_content":1})",
       "messages[0].reasoning_content"},
      {R"({"role":"assistant","content":"x","reasoning":{}})", "messages[0].reasoning"},
      {R"({"role":"assistant","content":"x","prefix":"yes"})", "messages[0].prefix"},
      {R"({"role":"assistant","tool_calls":{}})", "messages[0].tool_calls"},
      {R"({"role":"assistant","tool_calls":[1]})", "messages[0].tool_calls[0]"},
      {R"({"role":"assistant","tool_calls":[{"type":"code","function":{"name":"f"}}]})",
       "messages[0].tool_calls[0].type"},
      {R"({"role":"assistant","tool_calls":[{}]})", "messages[0].tool_calls[0].function"},
      {R"({"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]})",
       "messages[0].tool_calls[0].function.name"},
      {R"({"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":[]}}]})",
       "messages[0].tool_calls[0].function.arguments"},
      {R"({"role":"assistant","tool_calls":[{"id":1,"function":{"name":"f"}}]})",
       "messages[0].tool_calls[0].id"},
      {R"({"role":"user","content":"x"},{"role":"user","content":7})", "messages[1].content"},
  };
  for (const auto& row : table)
    check_refused(R"({"messages":[)" + row.members + "]}", row.param);
}

TEST_CASE("messages must be a non-empty array") {
  check_refused("{}", "messages");
  check_refused(R"({"messages":null})", "messages");
  check_refused(R"({"messages":[]})", "messages");
  check_refused(R"({"messages":"hi"})", "messages");
}

TEST_CASE("a body that is JSON but no object is refused without a param") {
  for (const char* body : {"[]", "1", "\"x\"", "null", "true"})
    check_refused(body, "");
}

TEST_CASE("a mismatch says what was found and what is allowed") {
  const auto request =
      decode_chat_request(R"({"messages":[{"role":"user","content":"x"}],"temperature":"hot"})");
  REQUIRE_FALSE(request);
  CHECK(request.error().message ==
        "`temperature` must be a number in [0, 2]; found the string \"hot\".");
}

TEST_CASE("a mismatch shows only the beginning of a long string") {
  const auto request =
      decode_chat_request(R"({"messages":[{"role":"user","content":"x"}],"temperature":")" +
                          std::string(5000, 'z') + "\"}");
  REQUIRE_FALSE(request);
  CHECK(request.error().message.size() < 200);
}
