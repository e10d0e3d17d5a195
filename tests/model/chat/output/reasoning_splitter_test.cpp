#include "model/chat/output/reasoning_splitter.hpp"

#include "tests/support/catch.hpp"

using hadal::model::reasoning_splitter;

TEST_CASE("reasoning and answer are told apart as they come") {
  reasoning_splitter splitter(true);
  CHECK(splitter.inside());
  auto pieces = splitter.push("<think>\nlet me");
  CHECK(pieces.reasoning == "\nlet me");
  CHECK(splitter.inside());
  pieces = splitter.push(" see</think>\n\nfour");
  CHECK(pieces.reasoning == " see");
  CHECK(pieces.rest == "\n\nfour");
  CHECK_FALSE(splitter.inside());
  CHECK(splitter.reasoning_bytes() == std::string_view("<think>\nlet me see</think>").size());
  CHECK(splitter.push("</think>").rest == "</think>");
}

TEST_CASE("outside, nothing is reasoning until a tag opens it at the very beginning") {
  reasoning_splitter splitter(false);
  CHECK_FALSE(splitter.inside());
  CHECK(splitter.push("<thi").rest.empty());
  CHECK_FALSE(splitter.inside());
  CHECK(splitter.push("nk>").reasoning.empty());
  CHECK(splitter.inside());
  CHECK(splitter.push("hm").reasoning == "hm");
}

TEST_CASE("what is held back comes with the end, as what it would have been") {
  reasoning_splitter inside(true);
  inside.push("a</th");
  CHECK(inside.finish().reasoning == "</th");
  reasoning_splitter outside(false);
  outside.push("<th");
  CHECK(outside.finish().rest == "<th");
  reasoning_splitter empty(true);
  const auto nothing = empty.finish();
  CHECK(nothing.reasoning.empty());
  CHECK(nothing.rest.empty());
}

TEST_CASE("tags can be kept as part of the reasoning") {
  reasoning_splitter splitter(false, true);
  const auto pieces = splitter.push("<think>hm</think>4");
  CHECK(pieces.reasoning == "<think>hm</think>");
  CHECK(pieces.rest == "4");
}
