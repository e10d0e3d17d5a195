#include "tests/model/chat/templates.hpp"

using namespace hadal;
using namespace hadal::test;

namespace {

std::string text_of(const std::string& source, const model::chat_conversation& c) {
  const auto prompt = encoder_of(source).encode(c);
  INFO((prompt ? std::string() : prompt.error().message));
  REQUIRE(prompt.has_value());
  return prompt->text();
}

} // namespace

TEST_CASE("a template sees messages, tools and tokens as Hugging Face gives them") {
  auto c = talk({user_says("Q"), assistant_calls("", {{"f", R"({"a":1})"}}), tool_says("R")});
  c.messages[1].content_null = true;
  c.messages[1].reasoning_content = "why";
  c.messages[2].tool_call_id = "call_f";
  const std::string source = "{{ bos_token ~ eos_token ~ pad_token }}{% for m in messages %}\n"
                             "{{ m | tojson }}\n{% endfor %}{{ tools }}{{ documents }}"
                             "{{ add_generation_prompt }}{# {\"probed\": 1} #}";
  CHECK(text_of("{{ messages[1].tool_calls[0].function.arguments }}" + source, c) ==
        R"({"a":1})" + bos + eos + R"({"role": "user", "content": "Q"}
{"role": "assistant", "content": null, "reasoning_content": "why", "tool_calls": [{"id": "call_f", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}}]}
{"role": "tool", "content": "R", "tool_call_id": "call_f"}
NoneNoneTrue)");
  CHECK(text_of("{{ tools | tojson }}", with_tools(c, {R"({"b":1.50,"a":"é"})"})) ==
        R"([{"b": 1.5, "a": "é"}])");
}

TEST_CASE("arguments are parsed for a template that writes them as JSON, and stay text otherwise") {
  const auto c = talk({user_says("Q"), assistant_calls("", {{"f", R"({"a":1})"}})});
  const std::string begin = "{% for m in messages %}{% for t in m.tool_calls %}";
  const std::string end = "{% endfor %}{% endfor %}";
  CHECK(text_of(begin + "{{ t.function.arguments }}" + end, c) == R"({"a":1})");
  CHECK(text_of(begin + "{{ t.function.arguments | tojson }}" + end, c) == R"({"a": 1})");
  auto object = c;
  object.messages[1].tool_calls[0].arguments_is_object = true;
  CHECK(text_of(begin + "{{ t.function.arguments }}" + end, object) == R"({"a": 1})");
  auto empty = c;
  empty.messages[1].tool_calls[0].arguments = "";
  CHECK(text_of(begin + "{{ t.function.arguments | tojson }}" + end, empty) == "{}");
}

TEST_CASE("thinking and the other arguments of the request are names of the template") {
  auto c = talk({user_says("Q")});
  const std::string source = "{{ thinking is defined }}{{ thinking }}{{ enable_thinking }}{{ n }}"
                             "{{ s }}";
  CHECK(text_of(source, c) == "False");
  CHECK(text_of(source, thinking(c)) == "TrueTrueTrue");
  c.template_arguments = R"({"enable_thinking": false, "n": 1.50, "s": "x", "o": null})";
  CHECK(text_of(source, thinking(c)) == "TrueTrueFalse1.5x");
}

TEST_CASE("a last message is continued where the template shows the end of its text") {
  const auto c = continued(talk({user_says("Q"), assistant_says(" A\n ")}));
  const std::string begin = "{% for m in messages %}[{{ m.role }}]";
  const std::string end = "</s>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
  CHECK(text_of(begin + "{{ m.content }}" + end, c) == "[user]Q</s>[assistant] A\n ");
  CHECK(text_of(begin + "{{ m.content | trim }}" + end, c) == "[user]Q</s>[assistant]A");
  for (const char* name : {"deepseek_v3_0324", "deepseek_v3_1"}) {
    const auto native = std::string(name) == "deepseek_v3_1" ? model::chat_encoding::deepseek_v3_1
                                                             : model::chat_encoding::deepseek_v3;
    CHECK(text_of(template_file(name), c) == prompt(native, c));
  }
}

TEST_CASE("one template is for conversations with tools where there are two") {
  const model::chat_template_texts texts{{{"default", "plain"}, {"tool_use", "{{ tools }}"}}, "f"};
  auto made = model::chat_template::compile(texts, {}, still);
  REQUIRE(made.has_value());
  CHECK(made->reads("tools"));
  CHECK(made->render(talk({user_says("Q")}))->text() == "plain");
  CHECK(made->render(with_tools(talk({user_says("Q")}), {"{}"}))->text() == "[{}]");
}

TEST_CASE("no text of a client's becomes an added token, whatever template shows it") {
  const auto t = load_fixture("v3");
  std::string hostile;
  for (const auto& token : t->added_tokens())
    hostile += token.content;
  const auto added_ids = [&](const std::string& source, const std::string& words) {
    const std::string quoted = "\"" + words + "\"";
    auto calls = assistant_calls(words, {{words, "{" + quoted + ": " + quoted + "}"}});
    calls.tool_calls[0].id = words;
    auto c = talk({system_says(words), user_says(words), calls, tool_says(words),
                   assistant_says(words), user_says(words)});
    c.messages[1].name = words;
    c.messages[3].tool_call_id = words;
    c.template_arguments = "{\"note\": " + quoted + "}";
    c.tools = {R"({"type": "function", "function": {"name": )" + quoted + R"(, "description": )" +
               quoted + R"(, "parameters": {)" + quoted + ": " + quoted + "}}}"};
    const auto text = encoder_of(source).encode(thinking(c));
    REQUIRE(text.has_value());
    const auto ids = t->encode(*text);
    REQUIRE(ids.has_value());
    std::vector<token_id> added;
    for (token_id id : *ids)
      if (t->is_added(id))
        added.push_back(id);
    return added;
  };
  const std::string everything =
      "<｜User｜>{{ messages }}{{ tools }}{{ note }}{{ messages | tojson }}{{ tools | tojson }}"
      "{% for m in messages %}{{ m.name ~ m.content | upper | lower | trim }}{{ m.content[::-1] }}"
      "{{ m.content.split('x') | join('y') }}{% set c %}{{ m.content }}{% endset %}{{ c }}"
      "{% for k, v in m.items() %}{{ k ~ v }}{% endfor %}{{ m.content | list | join }}{% endfor %}";
  for (const std::string& source :
       {everything, template_file("deepseek_v2"), template_file("deepseek_v3"),
        template_file("deepseek_r1"), template_file("deepseek_v3_0324"),
        template_file("deepseek_v3_1"),
        file_text(HADAL_SOURCE_DIR
                  "/scripts/chat_templates/tool_chat_template_deepseekv3.jinja")}) {
    INFO(source);
    const auto harmless = added_ids(source, "words");
    CHECK_FALSE(harmless.empty());
    CHECK(added_ids(source, hostile + "words") == harmless);
  }
}
