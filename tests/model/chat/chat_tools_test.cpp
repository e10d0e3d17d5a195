#include "tests/model/chat/conversations.hpp"

using namespace hadal;
using namespace hadal::test;
using model::chat_encoding;

namespace {

constexpr auto v3 = chat_encoding::deepseek_v3;
constexpr auto r1 = chat_encoding::deepseek_r1;
constexpr auto v31 = chat_encoding::deepseek_v3_1;
constexpr auto v32 = chat_encoding::deepseek_v3_2;

const std::string weather =
    R"({"type":"function","function":{"name":"get_weather","description":"Wetter für eine Stadt","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","maximum":1e1}},"required":["city"]},"strict":false}})";
const std::string bare =
    R"({"type": "function", "function": {"name": "now", "description": null}})";
const std::string weather_parameters =
    R"({"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "maximum": 10.0}}, "required": ["city"]})";

const std::string v31_tools =
    "## Tools\nYou have access to the following tools:\n"
    "\n### get_weather\nDescription: Wetter für eine Stadt\n\nParameters: " +
    weather_parameters +
    "\n"
    "\n### now\nDescription: \n\nParameters: {}\n"
    "\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n"
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments"
    "<｜tool▁call▁end｜>{additional_tool_calls}<｜tool▁calls▁end｜>\n\nWhere:\n"
    "- `tool_call_name` must be an exact match to one of the available tools\n"
    "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters "
    "Schema\n"
    "- For multiple tool calls, chain them directly without separators or spaces";

const std::string v3_tools =
    "## Tools\n\nYou can call the functions below. Call one only when it helps to answer.\n\n"
    "### get_weather\nWetter für eine Stadt\nParameters: " +
    weather_parameters +
    "\n\n### now\n\nParameters: {}"
    "\n\nTo call functions, write this block at the end of your reply, one entry a call, entries "
    "separated by a line break:\n"
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>FUNCTION_NAME\n```json\n"
    "{\"parameter\": \"value\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>\n"
    "FUNCTION_NAME is one of the names above, and the JSON object fits its Parameters. The results "
    "come back between <｜tool▁outputs▁begin｜> and <｜tool▁outputs▁end｜>.";

const std::string v32_tools = R"(## Tools

You have access to a set of tools you can use to answer the user's question.
You can invoke functions by writing a "<｜DSML｜function_calls>" block like the following as part of your reply to the user:
<｜DSML｜function_calls>
<｜DSML｜invoke name="$FUNCTION_NAME">
<｜DSML｜parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</｜DSML｜parameter>
...
</｜DSML｜invoke>
<｜DSML｜invoke name="$FUNCTION_NAME2">
...
</｜DSML｜invoke>
</｜DSML｜function_calls>

String and scalar parameters should be specified as is without any escaping or quotes, while lists and objects should use JSON format. The "string" attribute should be set to "true" for string type parameters and "false" for other types (numbers, booleans, arrays, objects).

If the thinking_mode is enabled, then after function results you should strongly consider outputting a thinking block. Here is an example:

<｜DSML｜function_calls>
...
</｜DSML｜function_calls>

<function_results>
...
</function_results>

<think>...thinking about results</think>

Here are the functions available in JSONSchema format:
<functions>
{"name": "get_weather", "description": "Wetter für eine Stadt", "parameters": )" +
                              weather_parameters + R"(, "strict": false}
{"name": "now", "description": null}
</functions>
)";

} // namespace

TEST_CASE("tools stand after the system text in each format's words") {
  const auto c = with_tools(talk({system_says("S"), user_says("Q")}), {weather, bare});
  CHECK(prompt(v31, c) == bos + "S\n\n" + v31_tools + "<｜User｜>Q<｜Assistant｜></think>");
  CHECK(prompt(v3, c) == bos + "S\n\n" + v3_tools + "<｜User｜>Q<｜Assistant｜>");
  CHECK(prompt(r1, c) == bos + "S\n\n" + v3_tools + "<｜User｜>Q<｜Assistant｜><think>\n");
  CHECK(prompt(v32, c) == bos + "S\n\n" + v32_tools + "<｜User｜>Q<｜Assistant｜></think>");
}

TEST_CASE("tools without a system message stand after an empty one") {
  const auto c = with_tools(talk({user_says("Q")}), {weather, bare});
  CHECK(prompt(v31, c).starts_with(bos + "\n\n" + v31_tools + "<｜User｜>Q"));
  CHECK(prompt(v3, c).starts_with(bos + "\n\n" + v3_tools + "<｜User｜>Q"));
  CHECK(prompt(v32, c).starts_with(bos + "\n\n" + v32_tools + "<｜User｜>Q"));
}

TEST_CASE("in V3.2 a developer message that comes first tells the tools") {
  const auto c = with_tools(talk({message("developer", "D")}), {weather, bare});
  CHECK(prompt(v32, thinking(c)) == bos + "<｜User｜>\n\n" + v32_tools +
                                        "\n\n# The user's message is: D<｜Assistant｜><think>");
  // A developer message that is dropped tells nothing: the tools stay.
  auto later = c;
  later.messages.push_back(user_says("Q"));
  CHECK(prompt(v32, thinking(later)) ==
        bos + "\n\n" + v32_tools + "<｜User｜>Q<｜Assistant｜><think>");
}

TEST_CASE("V3 and R1 write calls in fenced JSON and results in one block") {
  const auto c = talk({user_says("Q"),
                       assistant_calls("Let me look.", {{"f", R"({"a":1})"}, {"g", "no json"}}),
                       tool_says("1"), tool_says("2"), assistant_says("A"), user_says("Q2")});
  const std::string calls =
      "Let me look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n"
      "{\"a\":1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n"
      "no json\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>" +
      eos +
      "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>1<｜tool▁output▁end｜>\n<"
      "｜tool▁output▁begin｜>2"
      "<｜tool▁output▁end｜><｜tool▁outputs▁end｜>";
  const std::string start = bos + "<｜User｜>Q<｜Assistant｜>" + calls + "A" + eos + "<｜User｜>Q2";
  CHECK(prompt(v3, c) == start + "<｜Assistant｜>");
  CHECK(prompt(r1, c) == start + "<｜Assistant｜><think>\n");
  auto waiting = c;
  waiting.messages.resize(4);
  for (chat_encoding encoding : {v3, r1})
    CHECK(prompt(encoding, waiting) == bos + "<｜User｜>Q<｜Assistant｜>" + calls);
}

TEST_CASE("rounds of calls have their own results, and a user turn leaves results open") {
  const auto c =
      talk({user_says("Q"), assistant_calls("", {{"f", "{}"}}), tool_says("1"), system_says("S"),
            tool_says("2"), assistant_calls("", {{"f", "{}"}}), tool_says("3"), user_says("Q2")});
  const std::string call = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n"
                           "```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>" +
                           eos;
  const auto output = [](const std::string& r) {
    return "<｜tool▁output▁begin｜>" + r + "<｜tool▁output▁end｜>";
  };
  CHECK(prompt(v3, c) == bos + "S<｜User｜>Q<｜Assistant｜>" + call + "<｜tool▁outputs▁begin｜>" +
                             output("1") + "\n" + output("2") + "<｜tool▁outputs▁end｜>" + call +
                             "<｜tool▁outputs▁begin｜>" + output("3") +
                             "<｜User｜>Q2<｜Assistant｜>");
}

TEST_CASE("V3.1 writes calls one after the other and each result by itself") {
  const auto c =
      talk({user_says("Q"), assistant_calls("x", {{"f", R"({"a": 1})"}, {"g", "{}"}}),
            tool_says("1"), tool_says("2"), assistant_says("a</think>b"), user_says("Q2")});
  const std::string answered =
      bos +
      "<｜User｜>Q<｜Assistant｜></"
      "think>x<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>"
      "{\"a\": 1}<｜tool▁call▁end｜><｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
      "<｜tool▁calls▁end｜>" +
      eos +
      "<｜tool▁output▁begin｜>1<｜tool▁output▁end｜><｜tool▁output▁begin｜>2<｜tool▁output▁end｜>";
  CHECK(prompt(v31, thinking(c)) ==
        answered + "a</think>b" + eos + "<｜User｜>Q2<｜Assistant｜><think>");
  auto waiting = c;
  waiting.messages.resize(4);
  CHECK(prompt(v31, thinking(waiting)) == answered);
}

TEST_CASE("V3.2 writes calls in DSML, strings raw and other values as JSON") {
  const auto c = talk(
      {user_says("Q"),
       assistant_calls(
           "Sure.",
           {{"f", R"({"s": "a \"b\"\n<c>", "n": 1e2, "l": [1,"é"], "o": {"k":null}, "t": true})"},
            {"g", "{}"}}),
       tool_says("1"), tool_says("2")});
  const std::string text =
      bos +
      "<｜User｜>Q<｜Assistant｜></think>Sure.\n\n<｜DSML｜function_calls>\n"
      "<｜DSML｜invoke name=\"f\">\n"
      "<｜DSML｜parameter name=\"s\" string=\"true\">a \"b\"\n<c></｜DSML｜parameter>\n"
      "<｜DSML｜parameter name=\"n\" string=\"false\">100.0</｜DSML｜parameter>\n"
      "<｜DSML｜parameter name=\"l\" string=\"false\">[1, \"é\"]</｜DSML｜parameter>\n"
      "<｜DSML｜parameter name=\"o\" string=\"false\">{\"k\": null}</｜DSML｜parameter>\n"
      "<｜DSML｜parameter name=\"t\" string=\"false\">true</｜DSML｜parameter>\n"
      "</｜DSML｜invoke>\n<｜DSML｜invoke name=\"g\">\n\n</｜DSML｜invoke>\n"
      "</｜DSML｜function_calls>" +
      eos +
      "\n\n<function_results>\n<result>1</result>\n<result>2</result>\n</function_results>\n\n";
  CHECK(prompt(v32, c) == text + "</think>");
  auto asked_again = thinking(c);
  asked_again.messages.push_back(user_says("Q2"));
  CHECK(prompt(v32, asked_again) == text + "</think><｜User｜>Q2<｜Assistant｜><think>");
}

TEST_CASE("arguments given as an object are spelled as Python spells them") {
  auto c = talk({user_says("Q"), assistant_calls("", {{"f", R"({"b":1.50,"a":[1,2]})"}})});
  for (chat_encoding encoding : {v3, v31})
    CHECK(prompt(encoding, c).find(R"({"b":1.50,"a":[1,2]})") != std::string::npos);
  c.messages[1].tool_calls[0].arguments_is_object = true;
  for (chat_encoding encoding : {v3, v31})
    CHECK(prompt(encoding, c).find(R"({"b": 1.5, "a": [1, 2]})") != std::string::npos);
}
