#include "model/chat/output/stop_filter.hpp"

#include "tests/support/catch.hpp"

using hadal::model::stop_filter;

TEST_CASE("the stop string that is complete first ends the text, of equals the longest") {
  stop_filter filter({"bc", "abcd", "abc"}, false);
  CHECK(filter.push("xab") == "x");
  CHECK(filter.push("cd").empty());
  CHECK(filter.matched() == 2);
  CHECK(filter.stop(2) == "abc");
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

TEST_CASE("text that is not shown can end the text, and is never given out") {
  stop_filter filter({"<eos>"}, true);
  CHECK(filter.push("ab") == "ab");
  CHECK(filter.push_hidden("<eos>").empty());
  CHECK(filter.matched() == 0);
  CHECK(filter.released() == 2);
}

TEST_CASE("no match reaches across text that is not shown and not part of it") {
  stop_filter filter({"ab", "x<eos>y"}, false);
  CHECK(filter.push("a").empty());
  CHECK(filter.push_hidden("<eos>") == "a");
  CHECK(filter.push("b x") == "b ");
  CHECK(filter.push_hidden("<eos>").empty());
  CHECK(filter.push("z") == "xz");
  CHECK_FALSE(filter.matched());
  CHECK(filter.released() == 5);
}

TEST_CASE("a match may begin in text that is shown and end inside text that is not") {
  for (const bool include : {false, true}) {
    stop_filter filter({"b<e"}, include);
    CHECK(filter.push("ab") == "a");
    CHECK(filter.push_hidden("<eos>") == (include ? "b" : ""));
    CHECK(filter.matched() == 0);
    CHECK(filter.released() == (include ? 2 : 1));
  }
}

TEST_CASE("text that is not shown and comes too early to count is passed over") {
  stop_filter filter({"<eos>"}, false);
  CHECK(filter.push_hidden("<eos>", false).empty());
  CHECK_FALSE(filter.matched());
  CHECK(filter.push("a") == "a");
  CHECK(filter.push_hidden("<eos>").empty());
  CHECK(filter.matched() == 0);
}
