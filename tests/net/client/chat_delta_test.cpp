#include "net/client/chat_delta.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace hadal::net::client;

} // namespace

TEST_CASE("content, thoughts and the reason of the end are read from a chunk") {
  auto delta = parse_chat_delta(R"({"choices":[{"index":0,"delta":{"content":"Hi"}}]})");
  REQUIRE(delta.has_value());
  CHECK(delta->content == "Hi");
  CHECK(delta->reasoning.empty());
  CHECK(delta->finish_reason.empty());

  delta = parse_chat_delta(
      R"({"choices":[{"index":0,"delta":{"content":null,"reasoning_content":"Hm"},
          "finish_reason":null}]})");
  REQUIRE(delta.has_value());
  CHECK(delta->content.empty());
  CHECK(delta->reasoning == "Hm");

  delta = parse_chat_delta(R"({"choices":[{"delta":{},"finish_reason":"length"}]})");
  REQUIRE(delta.has_value());
  CHECK(delta->finish_reason == "length");
}

TEST_CASE("thoughts are read under their other name too, and once where both are sent") {
  auto delta = parse_chat_delta(R"({"choices":[{"delta":{"reasoning":"Hm"}}]})");
  REQUIRE(delta.has_value());
  CHECK(delta->reasoning == "Hm");
  delta =
      parse_chat_delta(R"({"choices":[{"delta":{"reasoning":"Hm","reasoning_content":"Hm"}}]})");
  REQUIRE(delta.has_value());
  CHECK(delta->reasoning == "Hm");
}

TEST_CASE("of several choices the first counts, and a chunk of usage alone is empty") {
  auto delta = parse_chat_delta(
      R"({"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"yes"}}]})");
  REQUIRE(delta.has_value());
  CHECK(delta->content == "yes");
  delta = parse_chat_delta(R"({"choices":[],"usage":{"total_tokens":3}})");
  REQUIRE(delta.has_value());
  CHECK(delta->content.empty());
}

TEST_CASE("an error event is an error with its own words") {
  const auto delta = parse_chat_delta(R"({"error":{"message":"model failed","code":"x"}})");
  REQUIRE_FALSE(delta.has_value());
  CHECK(delta.error().code == hadal::error_code::internal);
  CHECK(delta.error().message == "model failed");
}

TEST_CASE("what is no chunk is an error") {
  for (const auto* text : {"", "x", "[]", "3", "{}", R"({"choices":3})", R"({"choices":[)"}) {
    INFO(text);
    const auto delta = parse_chat_delta(text);
    REQUIRE_FALSE(delta.has_value());
    CHECK(delta.error().code == hadal::error_code::bad_protocol);
  }
}

TEST_CASE("an error body gives its message, any other body its first line") {
  CHECK(error_message_of(R"({"error":{"message":"no such model"}})") == "no such model");
  CHECK(error_message_of(R"({"error":"short"})") == "short");
  CHECK(error_message_of("<html>\r\nmore") == "<html>");
  CHECK(error_message_of("").empty());
}

TEST_CASE("a list of models gives its ids in order") {
  const auto ids = parse_model_ids(R"({"object":"list","data":[{"id":"a/b"},{"id":"b"}]})");
  REQUIRE(ids.has_value());
  CHECK(*ids == std::vector<std::string>{"a/b", "b"});
  CHECK_FALSE(parse_model_ids("{}").has_value());
  CHECK_FALSE(parse_model_ids("[1]").has_value());
}
