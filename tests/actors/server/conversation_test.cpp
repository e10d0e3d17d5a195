#include "actors/server/conversation.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace hadal::server;
using nlohmann::json;

json body_of(const conversation& c, std::string_view model = "m", std::optional<bool> thinking = {},
             const chat_sampling& sampling = {}) {
  return json::parse(c.request_body(model, thinking, sampling));
}

} // namespace

TEST_CASE("a request has the system message, every turn in order, and asks for a stream") {
  conversation c{"be kind"};
  c.ask("a");
  c.answer("b");
  c.ask("c");
  CHECK(body_of(c) == json::parse(R"({"model":"m","stream":true,"messages":[
    {"role":"system","content":"be kind"},{"role":"user","content":"a"},
    {"role":"assistant","content":"b"},{"role":"user","content":"c"}]})"));
}

TEST_CASE("what is not set is not in the request") {
  conversation c{""};
  c.ask("a");
  CHECK(body_of(c, "") ==
        json::parse(R"({"stream":true,"messages":[{"role":"user","content":"a"}]})"));
}

TEST_CASE("what is set is in the request under its name in the API") {
  conversation c{""};
  c.ask("a");
  chat_sampling s;
  s.temperature = 0.5;
  s.top_p = 0.25;
  s.top_k = 3;
  s.min_p = 0.125;
  s.frequency_penalty = -1;
  s.presence_penalty = 1;
  s.repetition_penalty = 1.5;
  s.seed = 9;
  s.max_tokens = 10;
  s.stop = {"x", "y"};
  CHECK(body_of(c, "m", true, s) == json::parse(R"({"model":"m","stream":true,
    "messages":[{"role":"user","content":"a"}],"chat_template_kwargs":{"thinking":true},
    "temperature":0.5,"top_p":0.25,"top_k":3,"min_p":0.125,"frequency_penalty":-1.0,
    "presence_penalty":1.0,"repetition_penalty":1.5,"seed":9,"max_tokens":10,
    "stop":["x","y"]})"));
  CHECK(body_of(c, "m", false)["chat_template_kwargs"]["thinking"] == false);
}

TEST_CASE("a question can be taken back, and a reset leaves only the system message") {
  conversation c{"s"};
  c.ask("a");
  c.take_back();
  CHECK(c.turn_count() == 0);
  c.ask("b");
  c.answer("c");
  c.reset();
  CHECK(c.turn_count() == 0);
  CHECK(body_of(c)["messages"].size() == 1);
  c.set_system("");
  CHECK(body_of(c)["messages"].empty());
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD") {
  conversation c{""};
  c.ask("a\xff"
        "b");
  CHECK(body_of(c)["messages"][0]["content"] == "a\xef\xbf\xbd"
                                                "b");
}
