#include "tests/actors/server/chat_fixture.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace hadal::server;
using namespace hadal::server::testing;
using hadal::testing::whole;
using nlohmann::json;

hadal::testing::canned_answer refusal() {
  return whole(400, R"({"error":{"message":"too long"}})");
}

} // namespace

TEST_CASE("without a terminal a question that fails ends the chat with 1") {
  const auto o = run_chat({"one", "two"}, {models(), refusal(), says({"x"})}, false);
  CHECK(o.code == 1);
  CHECK(o.complaints == "hadal chat: too long\n");
  CHECK(o.bodies.size() == 1);
}

TEST_CASE("at a terminal the chat goes on after a failure, without the question that failed") {
  const auto o = run_chat({"one", "two"}, {models(), refusal(), says({"x"})}, true);
  CHECK(o.code == 0);
  CHECK(o.complaints == "hadal chat: too long\n");
  REQUIRE(o.bodies.size() == 2);
  CHECK(json::parse(o.bodies[1])["messages"] ==
        json::parse(R"([{"role":"user","content":"two"}])"));
}

TEST_CASE("an error event in an answer is said, and what came before it stays in the history") {
  auto answer = hadal::testing::chunked({"data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}"
                                         "\n\n",
                                         "data: {\"error\":{\"message\":\"model failed\"}}\n\n"});
  const auto o = run_chat({"one", "two"}, {models(), answer, says({"x"})}, true);
  CHECK(o.out.find("Hel\n") != std::string::npos);
  CHECK(o.complaints == "hadal chat: model failed\n");
  REQUIRE(o.bodies.size() == 2);
  CHECK(json::parse(o.bodies[1])["messages"][1]["content"] == "Hel");
}

TEST_CASE("a stream that ends without its last event is not taken for a whole answer") {
  const auto answer =
      hadal::testing::chunked({"data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"});
  const auto o = run_chat({"one"}, {models(), answer}, false);
  CHECK(o.code == 1);
  CHECK(o.out == "Hel\n");
  CHECK(o.complaints == "hadal chat: the answer ended before its end\n");
}

TEST_CASE("Ctrl-C stops an answer, and the chat goes on with what was said so far") {
  auto endless =
      hadal::testing::chunked({"data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"});
  endless.pieces.pop_back();
  endless.hold_open = true;
  const auto o = run_chat({"one", "two"}, {models(), endless, says({"x"})}, true, {}, "Hel");
  CHECK(o.code == 0);
  CHECK(o.complaints.empty());
  REQUIRE(o.bodies.size() == 2);
  CHECK(json::parse(o.bodies[1])["messages"] ==
        json::parse(R"([{"role":"user","content":"one"},{"role":"assistant","content":"Hel"},
                        {"role":"user","content":"two"}])"));
}

TEST_CASE("a server that is not there, or refuses the key, ends the chat before it begins") {
  auto o = run_chat({"one"}, {}, true);
  CHECK(o.code == 1);
  CHECK(o.complaints.find("hadal chat: ") == 0);
  o = run_chat({"one"}, {whole(401, R"({"error":{"message":"wrong key"}})")}, true);
  CHECK(o.code == 1);
  CHECK(o.complaints.find(" answers 401: wrong key\n") != std::string::npos);
  o = run_chat({"one"}, {whole(200, "<html>")}, true);
  CHECK(o.code == 1);
  CHECK(o.complaints == "hadal chat: the server sends no list of models\n");
}
