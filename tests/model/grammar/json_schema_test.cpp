#include "model/grammar/json_schema.hpp"

#include "tests/model/grammar/grammar_text.hpp"
#include "tests/model/grammar/json_schema_cases.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;
using namespace hadal::model::testing;

TEST_CASE("a schema takes valid texts and no invalid one, keyword by keyword") {
  for (const auto& c : schema_cases()) {
    INFO(c.keyword << ": " << c.schema);
    const auto grammar = compile_schema(c.schema);
    INFO((grammar ? "" : grammar.error().message));
    REQUIRE(grammar.has_value());
    for (const auto& text : c.valid) {
      INFO(text);
      CHECK(takes(*grammar, text));
    }
    for (const auto& text : c.invalid) {
      INFO(text);
      CHECK_FALSE(takes(*grammar, text));
    }
  }
}

TEST_CASE("masks say of every token what its bytes say one by one") {
  const auto vocabulary = make_vocabulary({"true",
                                           "tru",
                                           "\": ",
                                           "\",",
                                           "\"}",
                                           "\", \"",
                                           "[1",
                                           "]}",
                                           ", ",
                                           "{\"a",
                                           "{\"",
                                           "12",
                                           "123",
                                           "1.",
                                           "e5",
                                           "null,",
                                           "\n  ",
                                           "   ",
                                           "\xF0\x9F",
                                           "\x98\x80",
                                           "éa",
                                           "\\u",
                                           "\\n",
                                           "abc\"",
                                           "xyz",
                                           "abcdefgh",
                                           "abcdabcd",
                                           "abcd\", \"",
                                           "aaaaaaaaaaaaaaaa",
                                           "123456789",
                                           "        ",
                                           "ééééé",
                                           "中文字符",
                                           "中文\"",
                                           "中\xE6",
                                           "😀😀😀",
                                           "0123456789012345678901234567890123456789"},
                                          "ab\"x1,");
  for (const auto& c : schema_cases()) {
    const auto grammar = compile_schema(c.schema, vocabulary);
    REQUIRE(grammar.has_value());
    for (const auto& text : c.valid) {
      INFO(c.schema << " " << text);
      CHECK(wrong_masks(*grammar, text) == 0);
    }
  }
}
