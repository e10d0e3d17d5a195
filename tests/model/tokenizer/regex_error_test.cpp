#include "model/tokenizer/regex.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace hadal;
using namespace hadal::model;

TEST_CASE("constructs that PCRE2 would read otherwise are refused") {
  for (const char* pattern :
       {"\\w+",      "\\b",        "\\h",   "\\R",      "\\X",         "\\1",     "\\k<a>",
        "\\pL",      "\\p{Greek}", "\\p{L", "[a[bc]]",  "[a&&b]",      "[a-\\d]", "[b-a]",
        "[abc",      "(?<name>a)", "(?i)a", "(?#note)", "(?",          "a{2}+",   "a{2}?",
        "a**",       "a{x}",       "a{",    "\\",       "\\x4",        "\\xE9",   "\\x{110000}",
        "\\x{D800}", "\\x{}",      "\\u12", "\\x{12",   "[[:alpha:]]", "\\G",     "\\Q"}) {
    INFO(pattern);
    const auto compiled = regex::compile(pattern);
    REQUIRE_FALSE(compiled.has_value());
    CHECK(compiled.error().code == error_code::invalid_tokenizer);
    CHECK_FALSE(compiled.error().message.empty());
  }
}

TEST_CASE("patterns that do not compile are refused with PCRE2's reason") {
  for (const char* pattern : {"(", ")", "a{2,1}", "*a", "(?<=a+)b", "(?:"}) {
    INFO(pattern);
    const auto compiled = regex::compile(pattern);
    REQUIRE_FALSE(compiled.has_value());
    CHECK(compiled.error().code == error_code::invalid_tokenizer);
  }
}

TEST_CASE("a search that backtracks too long is an error, and the next one works") {
  const auto compiled = regex::compile("(?:a|aa|aaa)+[bc]");
  REQUIRE(compiled.has_value());
  regex_scratch scratch;
  const auto failed = compiled->search(std::string(200, 'a'), 0, scratch);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == error_code::invalid_request);
  const auto found = compiled->search("xaab", 0, scratch);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  CHECK((*found)->begin == 1);
  CHECK((*found)->end == 4);
}
