#include "tests/model/chat/templates.hpp"

using namespace hadal;
using namespace hadal::test;

namespace {

void check_error(const std::string& source, const model::chat_conversation& c,
                 const std::string& param, const std::string& message) {
  const auto prompt = encoder_of(source).encode(c);
  REQUIRE_FALSE(prompt.has_value());
  CHECK(prompt.error().code == error_code::invalid_request);
  CHECK(prompt.error().param == param);
  CHECK(prompt.error().message == message);
}

} // namespace

TEST_CASE("a template that cannot be compiled is refused with its origin and line") {
  const auto made =
      model::chat_template::compile({{{"default", "a\n{{"}}, "dir/t.jinja"}, {}, still);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == error_code::invalid_config);
  CHECK(made.error().message ==
        "dir/t.jinja, line 2: expected '}}' before the end of the template");
  CHECK(made.error().param == "dir/t.jinja");
  const auto unnamed = model::chat_template::compile({{{"a", ""}, {"b", ""}}, "f"}, {}, still);
  REQUIRE_FALSE(unnamed.has_value());
  CHECK(unnamed.error().message == "f: expected a template named \"default\"");
}

TEST_CASE("what a template cannot show is the request's fault") {
  auto c = talk({user_says("Q"), assistant_calls("", {{"f", "[1]"}})});
  const std::string json_calls =
      "{% for m in messages %}{% for t in m.tool_calls %}{{ t.function.arguments | tojson }}"
      "{% endfor %}{% endfor %}";
  check_error(json_calls, c, "messages[1].tool_calls[0].function.arguments",
              "messages[1].tool_calls[0].function.arguments: must be a JSON object: the chat "
              "format shows it as one");
  c.messages[1].tool_calls[0].arguments = "{";
  check_error(json_calls, c, "messages[1].tool_calls[0].function.arguments",
              "messages[1].tool_calls[0].function.arguments: not JSON at byte 1");
  check_error("{{ raise_exception('no ' + messages[0].role) }}", talk({user_says("Q")}), "messages",
              "the chat template, line 1: no user");
  check_error("", with_tools(talk({user_says("Q")}), {"[]"}), "tools[0]",
              "tools[0]: must be an object");
  check_error("x", continued(talk({user_says("Q"), assistant_says("A")})), "continue_final_message",
              "continue_final_message: the chat template does not show the last message's text");
}

TEST_CASE("arguments of the request may not be lists, nor names that the server gives") {
  auto c = talk({user_says("Q")});
  c.template_arguments = R"({"a": [1]})";
  check_error("", c, "chat_template_kwargs.a",
              "chat_template_kwargs.a: must be a string, a number, a boolean or null");
  for (const std::string name : {"messages", "tools", "bos_token", "add_generation_prompt"}) {
    c.template_arguments = "{\"" + name + "\": 1}";
    check_error("", c, "chat_template_kwargs." + name,
                "chat_template_kwargs." + name + ": the server gives this name its value itself");
  }
}
