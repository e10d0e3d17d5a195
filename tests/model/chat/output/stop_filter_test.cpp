#include "model/chat/output/stop_filter.hpp"

#include "tests/support/catch.hpp"

using hadal::model::stop_filter;

TEST_CASE("the stop string that is complete first ends the text, of equals the longest") {
  stop_filter filter({"bc", "abcd", "abc"}, false);
  CHECK(filter.push("xab") == "x");
  CHECK(filter.push("cd").empty());
  CHECK(filter.matched() == 2);
  CHECK(filter.released() == 1);
}

TEST_CASE("the match can be part of the text") {
  stop_filter filter({"END"}, true);
  CHECK(filter.push("a E") == "a ");
  CHECK(filter.push("ND b") == "END");
  CHECK(filter.matched() == 0);
  CHECK(filter.released() == 5);
}

TEST_CASE("what may become a stop string is held back until it is decided") {
  stop_filter filter({"aab"}, false);
  CHECK(filter.push("xaa").substr(0) == "x");
  CHECK(filter.push("a") == "a");
  CHECK(filter.finish() == "aa");
  CHECK_FALSE(filter.matched());
}

TEST_CASE("a match that does not count is text, one that ends later counts") {
  stop_filter filter({"ab"}, false);
  CHECK(filter.push("abxa", false) == "abx");
  CHECK_FALSE(filter.matched());
  CHECK(filter.push("b").empty());
  CHECK(filter.matched() == 0);
}

TEST_CASE("without stop strings nothing is held") {
  stop_filter filter({}, false);
  CHECK(filter.push("anything") == "anything");
  CHECK(filter.finish().empty());
}
