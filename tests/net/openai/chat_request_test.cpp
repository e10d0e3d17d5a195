#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

chat_request decoded(const std::string& body) {
  auto request = decode_chat_request(body);
  INFO((request ? "" : request.error().param + ": " + request.error().message));
  REQUIRE(request);
  return *std::move(request);
}

/// A body with one user message and these further members.
chat_request with(const std::string& members) {
  return decoded(R"({"messages":[{"role":"user","content":"hi"}],)" + members + "}");
}

chat_request of_messages(const std::string& messages) {
  return decoded(R"({"messages":[)" + messages + "]}");
}

} // namespace

TEST_CASE("a chat request with messages only has the defaults") {
  const auto r = of_messages(R"({"role":"user","content":"hi"})");
  REQUIRE(r.chat.messages.size() == 1);
  CHECK(r.chat.messages[0].role == chat_role::user);
  CHECK(r.chat.messages[0].content == "hi");
  CHECK(r.generation.model.empty());
  CHECK(r.generation.n == 1);
  CHECK_FALSE(r.generation.temperature);
  CHECK_FALSE(r.generation.top_k);
  CHECK_FALSE(r.generation.seed);
  CHECK_FALSE(r.generation.max_tokens);
  CHECK_FALSE(r.generation.stream);
  CHECK(r.generation.skip_special_tokens);
  CHECK_FALSE(r.logprobs);
  CHECK(r.choice == tool_choice::none);
  CHECK(r.parallel_tool_calls);
  CHECK(r.separate_reasoning);
  CHECK(r.stream_reasoning);
  CHECK(r.chat.add_generation_prompt);
  CHECK_FALSE(r.chat.thinking);
  CHECK(r.chat.chat_template_kwargs_json.empty());
}

TEST_CASE("sampling fields are read at the ends of their ranges") {
  const auto low = with(R"("temperature":0,"top_p":1e-9,"top_k":-1,"min_p":0,
    "frequency_penalty":-2,"presence_penalty":-2.0,"repetition_penalty":0.001,
    "seed":-9223372036854775808,"n":1,"max_tokens":1,"min_tokens":0)")
                       .generation;
  CHECK(low.temperature == 0.0);
  CHECK(low.top_p == 1e-9);
  CHECK(low.top_k == -1);
  CHECK(low.min_p == 0.0);
  CHECK(low.frequency_penalty == -2.0);
  CHECK(low.presence_penalty == -2.0);
  CHECK(low.repetition_penalty == 0.001);
  CHECK(low.seed == INT64_MIN);
  CHECK(low.max_tokens == 1);
  const auto high = with(R"("temperature":2,"top_p":1,"top_k":2147483647,"min_p":1,
    "frequency_penalty":2,"presence_penalty":2,"repetition_penalty":2,
    "seed":9223372036854775807,"n":128,"max_tokens":100,"min_tokens":100)")
                        .generation;
  CHECK(high.temperature == 2.0);
  CHECK(high.top_p == 1.0);
  CHECK(high.top_k == 2147483647);
  CHECK(high.min_p == 1.0);
  CHECK(high.repetition_penalty == 2.0);
  CHECK(high.seed == INT64_MAX);
  CHECK(high.n == 128);
  CHECK(high.min_tokens == 100);
}

TEST_CASE("top_k 0 reads as off") {
  CHECK(with(R"("top_k":0)").generation.top_k == -1);
}

TEST_CASE("null means absent for every field") {
  const auto r = with(R"("model":null,"temperature":null,"top_p":null,"top_k":null,"min_p":null,
    "frequency_penalty":null,"presence_penalty":null,"repetition_penalty":null,"seed":null,"n":null,
    "max_tokens":null,"max_completion_tokens":null,"min_tokens":null,"stop":null,
    "stop_token_ids":null,"ignore_eos":null,"skip_special_tokens":null,"logit_bias":null,
    "logprobs":null,"top_logprobs":null,"stream":null,"stream_options":null,"user":null,
    "response_format":null,"tools":null,"tool_choice":null,"parallel_tool_calls":null,
    "chat_template_kwargs":null,"reasoning_effort":null,"regex":null,"functions":null)");
  CHECK_FALSE(r.generation.temperature);
  CHECK(r.generation.n == 1);
  CHECK(r.generation.skip_special_tokens);
  CHECK(r.generation.stop.empty());
  CHECK(r.parallel_tool_calls);
  CHECK_FALSE(r.chat.reasoning_effort);
}

TEST_CASE("unknown fields are ignored") {
  const auto r = with(R"("frobnicate":{"a":[1,2,{"b":null}]},"service_tier":"auto","store":false)");
  CHECK(r.chat.messages.size() == 1);
}

TEST_CASE("max_completion_tokens wins over max_tokens") {
  CHECK(with(R"("max_tokens":5,"max_completion_tokens":7)").generation.max_tokens == 7);
  CHECK(with(R"("max_tokens":5,"max_completion_tokens":null)").generation.max_tokens == 5);
}

TEST_CASE("stop is a string or an array of strings") {
  CHECK(with(R"("stop":"END")").generation.stop == std::vector<std::string>{"END"});
  CHECK(with(R"("stop":["a","\n\n"])").generation.stop == std::vector<std::string>{"a", "\n\n"});
  CHECK(with(R"("stop":[])").generation.stop.empty());
  const std::string longest(1024, 'x');
  CHECK(with(R"("stop":")" + longest + '"').generation.stop.at(0) == longest);
}

TEST_CASE("stop_token_ids and logit_bias name tokens by id") {
  const auto g =
      with(R"("stop_token_ids":[0,2147483647],"logit_bias":{"42":-100,"0":1.5})").generation;
  CHECK(g.stop_token_ids == std::vector<token_id>{0, 2147483647});
  REQUIRE(g.logit_bias.size() == 2);
  CHECK(g.logit_bias[0].token == 42);
  CHECK(g.logit_bias[0].bias == -100);
  CHECK(g.logit_bias[1].token == 0);
  CHECK(g.logit_bias[1].bias == 1.5);
}

TEST_CASE("the form of the answer is read") {
  const auto r = with(R"("stream":true,"stream_options":{"include_usage":true,
    "continuous_usage_stats":true},"logprobs":true,"top_logprobs":20,"return_token_ids":true,
    "return_tokens_as_token_ids":true,"ignore_eos":true,"include_stop_str_in_output":true,
    "skip_special_tokens":false,"user":"u","model":"m/x")");
  CHECK(r.generation.stream);
  CHECK(r.generation.include_usage);
  CHECK(r.generation.continuous_usage_stats);
  CHECK(r.logprobs);
  CHECK(r.top_logprobs == 20);
  CHECK(r.generation.return_token_ids);
  CHECK(r.generation.return_tokens_as_token_ids);
  CHECK(r.generation.ignore_eos);
  CHECK(r.generation.include_stop_str_in_output);
  CHECK_FALSE(r.generation.skip_special_tokens);
  CHECK(r.generation.user == "u");
  CHECK(r.generation.model == "m/x");
}

TEST_CASE("every role is read and text parts are joined with a space") {
  const auto m = of_messages(R"({"role":"system","content":"s"},{"role":"developer","content":"d"},
    {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b\u00e9"}]},
    {"role":"assistant"},{"role":"tool","tool_call_id":"c1","content":""},
    {"role":"function","name":"f","content":"r"},{"role":"user","content":[]})")
                     .chat.messages;
  REQUIRE(m.size() == 7);
  CHECK(m[0].role == chat_role::system);
  CHECK(m[1].role == chat_role::developer);
  CHECK(m[2].content == "a b\xC3\xA9");
  CHECK(m[3].role == chat_role::assistant);
  CHECK(m[3].content_null);
  CHECK(m[4].role == chat_role::tool);
  CHECK(m[4].tool_call_id == "c1");
  CHECK_FALSE(m[4].content_null);
  CHECK(m[5].name == "f");
  CHECK(m[6].content.empty());
}

TEST_CASE("past calls keep argument strings as sent and objects as compact JSON in key order") {
  const auto m = of_messages(R"({"role":"assistant","content":null,"tool_calls":[
    {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"b\" : 1, oops"}},
    {"function":{"name":"g","arguments":{"z": [1, 2.50, -3], "a" : "\u00e9\u2028\n", "m": {}, "e": []}}},
    {"function":{"name":"h"}}]})")
                     .chat.messages;
  const auto& calls = m.at(0).tool_calls;
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].id == "call_1");
  CHECK(calls[0].name == "f");
  CHECK(calls[0].arguments == R"({"b" : 1, oops)");
  CHECK(calls[1].id.empty());
  CHECK(calls[1].arguments ==
        "{\"z\":[1,2.5,-3],\"a\":\"\xC3\xA9\xE2\x80\xA8\\n\",\"m\":{},\"e\":[]}");
  CHECK(calls[2].arguments == "{}");
  CHECK_FALSE(calls[0].arguments_is_object);
  CHECK(calls[1].arguments_is_object);
}

TEST_CASE("refusals are text, as a part and beside the content") {
  const auto m = of_messages(R"({"role":"assistant","content":null,"refusal":"I cannot."},
    {"role":"assistant","refusal":"No."},
    {"role":"assistant","content":"Well,","refusal":"no."},
    {"role":"assistant","content":[{"type":"text","text":"Well,"},{"type":"refusal","refusal":"no."}]},
    {"role":"assistant","content":null,"refusal":null},
    {"role":"assistant","content":"x","refusal":""})")
                     .chat.messages;
  CHECK(m[0].content == "I cannot.");
  CHECK_FALSE(m[0].content_null);
  CHECK(m[1].content == "No.");
  CHECK(m[2].content == "Well, no.");
  CHECK(m[3].content == "Well, no.");
  CHECK(m[4].content.empty());
  CHECK(m[4].content_null);
  CHECK(m[5].content == "x");
}

TEST_CASE("text parts are text by each of their names, whatever stands beside it") {
  const auto m = of_messages(R"({"role":"user","content":[{"type":"input_text","text":"a",
      "cache_control":{"type":"ephemeral"}}]},
    {"role":"assistant","content":[{"type":"output_text","text":"b","annotations":[{"type":"url_citation"}],
      "logprobs":[]}],"audio":null,"annotations":[],"name":"n","id":"msg_1","status":"completed"})")
                     .chat.messages;
  CHECK(m[0].content == "a");
  CHECK(m[1].content == "b");
  CHECK(m[1].name == "n");
}

TEST_CASE("no calls are no calls, whoever's they are, and a result may be nothing") {
  const auto m = of_messages(R"({"role":"user","content":"x","tool_calls":[],"function_call":null},
    {"role":"system","content":"x","tool_calls":null},
    {"role":"assistant","content":"x","tool_calls":[],"function_call":null},
    {"role":"tool","content":null,"tool_call_id":"c"},{"role":"function","name":"f"})")
                     .chat.messages;
  for (const auto& message : m)
    CHECK(message.tool_calls.empty());
  CHECK(m[3].content.empty());
  CHECK_FALSE(m[3].content_null);
  CHECK_FALSE(m[4].content_null);
}

TEST_CASE("an old function_call is a call without an id") {
  const auto m =
      of_messages(
          R"({"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\": 1}"}},
    {"role":"function","name":"f","content":"r"},
    {"role":"assistant","tool_calls":[],"function_call":{"name":"g","arguments":{"b":2}}},
    {"role":"assistant","function_call":{"name":"h"}})")
          .chat.messages;
  REQUIRE(m[0].tool_calls.size() == 1);
  CHECK(m[0].tool_calls[0].id.empty());
  CHECK(m[0].tool_calls[0].name == "f");
  CHECK(m[0].tool_calls[0].arguments == R"({"a": 1})");
  REQUIRE(m[2].tool_calls.size() == 1);
  CHECK(m[2].tool_calls[0].arguments == R"({"b":2})");
  CHECK(m[2].tool_calls[0].arguments_is_object);
  CHECK(m[3].tool_calls[0].arguments == "{}");
}

TEST_CASE("reasoning is taken under both names, reasoning_content first") {
  const auto m = of_messages(R"({"role":"assistant","content":"x","reasoning":"r"},
    {"role":"assistant","content":"x","reasoning":"r","reasoning_content":"c"},
    {"role":"assistant","content":"x"})")
                     .chat.messages;
  CHECK(m[0].reasoning_content == "r");
  CHECK(m[1].reasoning_content == "c");
  CHECK_FALSE(m[2].reasoning_content);
}

TEST_CASE("tools keep their JSON in the client's order") {
  const auto r = with(R"("tools":[{"type":"function","function":{"name":"get_weather",
    "description":"W","parameters":{"type":"object","properties":{"z":{"type":"string"},
    "a":{"minimum":1e20}},"required":["z"]},"strict":true}},
    {"function":{"name":"t.2-x"},"type":"function"}])");
  REQUIRE(r.chat.tools.size() == 2);
  const auto& tool = r.chat.tools[0];
  CHECK(tool.name == "get_weather");
  CHECK(tool.description == "W");
  CHECK(tool.strict);
  const std::string parameters =
      R"({"type":"object","properties":{"z":{"type":"string"},"a":{"minimum":1e+20}},"required":["z"]})";
  CHECK(tool.arguments_schema == parameters);
  CHECK(tool.tool_json == R"({"type":"function","function":{"name":"get_weather",)"
                          R"("description":"W","parameters":)" +
                              parameters + R"(,"strict":true}})");
  CHECK(r.chat.tools[1].description.empty());
  CHECK(r.chat.tools[1].arguments_schema.empty());
  CHECK(r.choice == tool_choice::automatic);
}

TEST_CASE("the schema of arguments is that of an object and stays its own root") {
  const auto schema = [](const std::string& parameters) {
    return with(R"("tools":[{"type":"function","function":{"name":"f","parameters":)" + parameters +
                "}}]")
        .chat.tools[0]
        .arguments_schema;
  };
  CHECK(schema(R"({"$defs":{"a":{}},"properties":{"b":{"$ref":"#/$defs/a"}}})") ==
        R"({"type":"object","$defs":{"a":{}},"properties":{"b":{"$ref":"#/$defs/a"}}})");
  CHECK(schema(R"({"required":["a"],"type":["object","null"]})") ==
        R"({"type":"object","required":["a"]})");
  CHECK(schema(R"({"type":"string"})") == R"({"type":"object","allOf":[{"type":"string"}]})");
  CHECK(schema(R"({"type":5})") == R"({"type":"object","allOf":[{"type":5}]})");
}

TEST_CASE("a function that declares no parameters has no schema of its arguments") {
  const auto schema = [](const std::string& more) {
    return with(R"("tools":[{"type":"function","function":{"name":"f")" + more + "}}]")
        .chat.tools[0]
        .arguments_schema;
  };
  for (const char* none :
       {"", R"(,"parameters":null)", R"(,"parameters":{})", R"(,"parameters":{"type":"object"})",
        R"(,"parameters":{"type":["object","null"],"description":"none","$schema":"x"})",
        R"(,"parameters":{"type":"object","properties":{},"required":[]})",
        R"(,"parameters":{"type":"object","additionalProperties":false,"$defs":{"a":{}}})"}) {
    INFO(none);
    CHECK(schema(none).empty());
  }
  for (const char* some :
       {R"({"type":"object","additionalProperties":true})",
        R"({"additionalProperties":{"type":"string"}})",
        R"({"type":"object","patternProperties":{"^x":{}}})",
        R"({"type":"object","properties":{"a":{}}})", R"({"type":"object","required":["a"]})",
        R"({"$ref":"#/$defs/a"})", R"({"anyOf":[{"required":["a"]}]})", R"({"type":"string"})",
        R"({"type":"object","minProperties":1})"}) {
    INFO(some);
    CHECK_FALSE(schema(std::string(R"(,"parameters":)") + some).empty());
  }
}

TEST_CASE("a function's name may have any letters, and what else no call format ends with") {
  std::string longest;
  for (int i = 0; i < 256; ++i)
    longest += "运";
  for (const auto& name :
       std::vector<std::string>{"运行", "файл.read", "a/b:c", "get weather (v2)", "日本語_ツール",
                                "😀", "a,b;{c}[d]|e", longest}) {
    INFO(name);
    CHECK(with(R"("tools":[{"type":"function","function":{"name":")" + name + R"("}}])")
              .chat.tools.at(0)
              .name == name);
  }
}

TEST_CASE("tool_choice none and auto are honoured, and without tools nothing is chosen") {
  const std::string tools = R"("tools":[{"type":"function","function":{"name":"f"}}],)";
  CHECK(with(tools + R"("tool_choice":"none")").choice == tool_choice::none);
  CHECK(with(tools + R"("tool_choice":"auto")").choice == tool_choice::automatic);
  CHECK(with(R"("tool_choice":"auto")").choice == tool_choice::none);
  CHECK(with(R"("tools":[],"tool_choice":"none")").choice == tool_choice::none);
}

TEST_CASE("tool_choice may ask for a call, or for one of a named tool") {
  const std::string tools = R"("tools":[{"type":"function","function":{"name":"f"}}],)";
  CHECK(with(tools + R"("tool_choice":"required")").choice == tool_choice::required);
  const auto r = with(tools + R"("tool_choice":{"type":"function","function":{"name":"f"}})");
  CHECK(r.choice == tool_choice::named);
  CHECK(r.named_tool == "f");
}

TEST_CASE("allowed tools are all that the model sees, in chat's shape and in the flat one") {
  const std::string tools = R"("tools":[{"type":"function","function":{"name":"f"}},
    {"type":"function","function":{"name":"g"}},{"type":"function","function":{"name":"h"}}],)";
  const auto allowed = [&](const std::string& choice) {
    const auto r = with(tools + R"("tool_choice":{"type":"allowed_tools",)" + choice + "}");
    std::string names;
    for (const auto& tool : r.chat.tools)
      names += tool.name;
    return std::pair(names, r.choice);
  };
  const std::string h = R"({"type":"function","function":{"name":"h"}})";
  CHECK(allowed(R"("allowed_tools":{"mode":"auto","tools":[)" + h + "]}") ==
        std::pair(std::string("h"), tool_choice::automatic));
  CHECK(allowed(R"("allowed_tools":{"mode":"required","tools":[)" + h +
                R"(,{"function":{"name":"f"}}]})") ==
        std::pair(std::string("fh"), tool_choice::required));
  CHECK(allowed(R"("mode":"required","tools":[{"type":"function","name":"g"}])") ==
        std::pair(std::string("g"), tool_choice::required));
  CHECK(allowed(R"("tools":[{"name":"g"},{"name":"g"}])") ==
        std::pair(std::string("g"), tool_choice::automatic));
}

TEST_CASE("top_p may be 0") {
  CHECK(with(R"("top_p":0)").generation.top_p == 0.0);
  CHECK(with(R"("top_p":0.0)").generation.top_p == 0.0);
}

TEST_CASE("stream options that say nothing are taken without a stream") {
  for (const auto* options :
       {"null", "{}", R"({"include_usage":null})", R"({"include_obfuscation":true})"}) {
    CAPTURE(options);
    CHECK_FALSE(with(R"("stream":false,"stream_options":)" + std::string(options))
                    .generation.include_usage);
    CHECK_FALSE(with(R"("stream_options":)" + std::string(options)).generation.stream);
  }
}

TEST_CASE("template switches are typed where known and kept whole") {
  const auto c = with(R"("chat_template_kwargs":{"thinking":true,"enable_thinking":false,"k":[1]},
    "reasoning_effort":"low","add_generation_prompt":false)")
                     .chat;
  CHECK(c.thinking == true);
  CHECK(c.chat_template_kwargs_json == R"({"thinking":true,"enable_thinking":false,"k":[1]})");
  CHECK(c.reasoning_effort == "low");
  CHECK_FALSE(c.add_generation_prompt);
  CHECK(with(R"("chat_template_kwargs":{"enable_thinking":false})").chat.thinking == false);
  CHECK(with(R"("reasoning_effort":"low","chat_template_kwargs":{"reasoning_effort":"high"})")
            .chat.reasoning_effort == "high");
  CHECK(with(R"("reasoning_effort":0.5)").chat.reasoning_effort == "0.5");
}

TEST_CASE("reasoning is another way to say its effort, which wins") {
  const auto effort = [](const char* fields) { return with(fields).chat.reasoning_effort; };
  CHECK_FALSE(effort(R"("reasoning":{})"));
  CHECK(effort(R"("reasoning":{"effort":"low"})") == "low");
  CHECK(effort(R"("reasoning":{"reasoning_effort":"low"})") == "low");
  CHECK(effort(R"("reasoning":{"effort":"low","enabled":true})") == "low");
  CHECK(effort(R"("reasoning":{"enabled":true})") == "medium");
  CHECK(effort(R"("reasoning":{"enable":true})") == "medium");
  CHECK(effort(R"("reasoning":{"effort":"low","enabled":false})") == "none");
  CHECK(effort(R"("reasoning_effort":"none","reasoning":{"enabled":true})") == "none");
}

TEST_CASE("thinking is switched by DeepSeek's own field and by the plain one, kwargs win") {
  const auto thinking = [](const std::string& fields) { return with(fields).chat.thinking; };
  const std::string on = R"("thinking":{"type":"enabled"})";
  const std::string off = R"("thinking":{"type":"disabled"})";
  CHECK(thinking(on) == true);
  CHECK(thinking(off) == false);
  CHECK(thinking(R"("thinking":{"type":"enabled","budget_tokens":1024})") == true);
  CHECK_FALSE(thinking(R"("thinking":null,"enable_thinking":null)"));
  CHECK(thinking(R"("enable_thinking":true)") == true);
  CHECK(thinking(R"("enable_thinking":false)") == false);
  CHECK(thinking(R"("enable_thinking":true,)" + off) == false);
  // The switch overrides an effort, and chat_template_kwargs override the switch.
  CHECK(thinking(R"("reasoning_effort":"high","reasoning":{"enabled":true},)" + off) == false);
  CHECK(thinking(R"("chat_template_kwargs":{},)" + on) == true);
  CHECK(thinking(R"("chat_template_kwargs":{"thinking":false},)" + on) == false);
  CHECK(thinking(R"("chat_template_kwargs":{"enable_thinking":false},)" + on) == false);
  CHECK(thinking(R"("chat_template_kwargs":{"thinking":null},)" + on) == true);
  const auto effort = with(R"("chat_template_kwargs":{"reasoning_effort":"none"},)" + on).chat;
  CHECK_FALSE(effort.thinking);
  CHECK(effort.reasoning_effort == "none");
}

TEST_CASE("a last message of the assistant may be continued") {
  const auto r = decoded(R"({"messages":[{"role":"user","content":"a"},
    {"role":"assistant","content":"b"}],"continue_final_message":true})");
  CHECK(r.chat.continue_final_message);
}

TEST_CASE("response_format text is the default written out") {
  CHECK_FALSE(with(R"("response_format":{"type":"text"})").generation.constraint);
}

TEST_CASE("what an answer is held to is kept with the field that says so") {
  using kind = constraint_field::kind_type;
  const auto of = [](const char* fields) { return *with(fields).generation.constraint; };
  CHECK(of(R"("response_format":{"type":"json_object"})") ==
        constraint_field{kind::json_object, "", "response_format"});
  CHECK(of(R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,
            "schema":{"type": "object", "b": [1]}}})") ==
        constraint_field{kind::json_schema, R"({"type":"object","b":[1]})",
                         "response_format.json_schema.schema"});
  CHECK(of(R"("response_format":{"type":"json_schema","schema":true})") ==
        constraint_field{kind::json_schema, "true", "response_format.schema"});
  CHECK(of(R"("response_format":{"type":"structural_tag","triggers":["a"]})") ==
        constraint_field{kind::structural_tag, R"({"type":"structural_tag","triggers":["a"]})",
                         "response_format"});
  CHECK(of(R"("json_schema":"{\"type\": 1}")") ==
        constraint_field{kind::json_schema, R"({"type": 1})", "json_schema"});
  CHECK(of(R"("json_schema":{"a": 1})") ==
        constraint_field{kind::json_schema, R"({"a":1})", "json_schema"});
  CHECK(of(R"("regex":"a+")") == constraint_field{kind::regex, "a+", "regex"});
  CHECK(of(R"("ebnf":"root ::= \"a\"")") == constraint_field{kind::ebnf, "root ::= \"a\"", "ebnf"});
}

TEST_CASE("an answer may be held to a form by the names that other servers have for it") {
  using kind = constraint_field::kind_type;
  const auto of = [](const char* fields) { return *with(fields).generation.constraint; };
  CHECK(of(R"("response_format":{"type":"json_object","schema":{"const": 1}})") ==
        constraint_field{kind::json_schema, R"({"const":1})", "response_format.schema"});
  CHECK(of(R"("structured_outputs":{"json":{"type": "object"}})") ==
        constraint_field{kind::json_schema, R"({"type":"object"})", "structured_outputs.json"});
  CHECK(of(R"("structured_outputs":{"regex":"a+","json":null})") ==
        constraint_field{kind::regex, "a+", "structured_outputs.regex"});
  CHECK(of(R"("structured_outputs":{"grammar":"root ::= \"a\""})") ==
        constraint_field{kind::ebnf, "root ::= \"a\"", "structured_outputs.grammar"});
  CHECK(of(R"("structured_outputs":{"json_object":true})") ==
        constraint_field{kind::json_object, "", "structured_outputs.json_object"});
  CHECK(of(R"("structured_outputs":{"choice":["C++","a|b","\u00e9"]})") ==
        constraint_field{kind::regex, "(C\\+\\+|a\\|b|\xC3\xA9)", "structured_outputs.choice"});
  CHECK(of(R"("guided_json":"{}")") == constraint_field{kind::json_schema, "{}", "guided_json"});
  CHECK(of(R"("guided_regex":"a")") == constraint_field{kind::regex, "a", "guided_regex"});
  CHECK(of(R"("guided_choice":["yes","no"])") ==
        constraint_field{kind::regex, "(yes|no)", "guided_choice"});
  CHECK(of(R"("guided_grammar":"root ::= \"a\"")").kind == kind::ebnf);
  CHECK(of(R"("grammar":"root ::= \"a\"")").kind == kind::ebnf);
  CHECK_FALSE(with(R"("structured_outputs":{})").generation.constraint);
  CHECK_FALSE(with(R"("structured_outputs":{"json_object":false})").generation.constraint);
}

TEST_CASE("escapes, pairs of surrogates and NUL reach the message as UTF-8") {
  const auto m =
      of_messages(R"({"role":"user","content":"\ud83d\ude00\u0000\"\\\/\u00e9"})").chat.messages;
  CHECK(m[0].content == std::string("\xF0\x9F\x98\x80\0\"\\/\xC3\xA9", 10));
}
