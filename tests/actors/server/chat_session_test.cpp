#include "tests/actors/server/chat_fixture.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace hadal::server;
using namespace hadal::server::testing;
using nlohmann::json;

json messages(const std::string& body) {
  return json::parse(body)["messages"];
}

} // namespace

TEST_CASE("without a terminal each line is a question and only answers are printed") {
  const auto o =
      run_chat({"one", "", "/help"}, {models(), says({"Hel", "lo"}), says({"a\\nb"})}, false);
  CHECK(o.code == 0);
  CHECK(o.out == "Hello\na\nb\n");
  CHECK(o.complaints.empty());
  REQUIRE(o.bodies.size() == 2);
  CHECK(messages(o.bodies[1]) ==
        json::parse(R"([{"role":"user","content":"one"},{"role":"assistant","content":"Hello"},
                        {"role":"user","content":"/help"}])"));
}

TEST_CASE("the first model of the server is asked unless a name is given") {
  chat_options options;
  auto o = run_chat({"x"}, {models(), says({"y"})}, false, options);
  REQUIRE(o.bodies.size() == 1);
  CHECK(json::parse(o.bodies[0])["model"] == "first");
  options.model = "second";
  o = run_chat({"x"}, {models(), says({"y"})}, false, options);
  REQUIRE(o.bodies.size() == 1);
  CHECK(json::parse(o.bodies[0])["model"] == "second");
}

TEST_CASE("the system message and the wish to think go with the question") {
  chat_options options;
  options.system = "be kind";
  options.thinking = true;
  options.sampling.max_tokens = 5;
  const auto o = run_chat({"x"}, {models(), says({"Hm</think>y"})}, false, options);
  CHECK(o.out == "y\n");
  REQUIRE(o.bodies.size() == 1);
  const auto body = json::parse(o.bodies[0]);
  CHECK(body["messages"][0] == json::parse(R"({"role":"system","content":"be kind"})"));
  CHECK(body["chat_template_kwargs"]["thinking"] == true);
  CHECK(body["max_tokens"] == 5);
}

TEST_CASE("at a terminal a greeting names model and server, and commands are obeyed") {
  const auto o = run_chat({"one", "/reset", "two", "/system s", "/thinking on", "three",
                           "/thinking auto", "four", "/exit", "five"},
                          {models(), says({"1"}), says({"2"}), says({"3"}), says({"4"})}, true);
  CHECK(o.code == 0);
  CHECK(o.out.find("first at http://127.0.0.1:") == 0);
  REQUIRE(o.bodies.size() == 4);
  CHECK(messages(o.bodies[1]) == json::parse(R"([{"role":"user","content":"two"}])"));
  CHECK(messages(o.bodies[2]) == json::parse(R"([{"role":"system","content":"s"},
                                                 {"role":"user","content":"three"}])"));
  CHECK(json::parse(o.bodies[2])["chat_template_kwargs"]["thinking"] == true);
  CHECK_FALSE(json::parse(o.bodies[3]).contains("chat_template_kwargs"));
}

TEST_CASE("the line /help lists the commands, and an unknown one names the nearest") {
  const auto o = run_chat({"/help", "/rest", "/xyzzyplugh", "/thinking maybe"}, {models()}, true);
  for (const auto* word : {"/help", "/reset", "/system TEXT", "/thinking on", "/exit"})
    CHECK(o.out.find(word) != std::string::npos);
  CHECK(o.out.find("there is no /rest; did you mean /reset?\n") != std::string::npos);
  CHECK(o.out.find("there is no /xyzzyplugh; /help lists what there is\n") != std::string::npos);
  CHECK(o.out.find("/thinking on, /thinking off or /thinking auto\n") != std::string::npos);
  CHECK(o.bodies.empty());
}

TEST_CASE("at a terminal a backslash continues the line, and Ctrl-C drops what was typed") {
  const auto o =
      run_chat({"a\\", "b", "dropped\\", "^C", "c"}, {models(), says({"1"}), says({"2"})}, true);
  REQUIRE(o.bodies.size() == 2);
  CHECK(messages(o.bodies[0]) == json::parse(R"([{"role":"user","content":"a\nb"}])"));
  CHECK(messages(o.bodies[1])[2]["content"] == "c");
}
