#include "net/openai/json_document.hpp"

#include "net/openai/key_set.hpp"

#include "tests/support/catch.hpp"

#include <chrono>

using namespace hadal;
using namespace hadal::net;

namespace {

std::string nested(std::size_t depth, char open, char close, std::string_view core) {
  return std::string(depth, open) + std::string(core) + std::string(depth, close);
}

bool parses(std::string_view text) {
  return json_document::parse(text).has_value();
}

} // namespace

TEST_CASE("what is not JSON is refused as such, without a param") {
  const std::vector<std::string> table = {
      "",
      " ",
      "{",
      "}",
      "{]",
      "{\"a\"}",
      "{\"a\":}",
      "{\"a\":1,}",
      "{\"a\":1 \"b\":2}",
      "[1,]",
      "[1 2]",
      "{a:1}",
      "{'a':1}",
      "nul",
      "truee",
      "{} {}",
      "{}x",
      "{\"a\":NaN}",
      "{\"a\":Infinity}",
      "{\"a\":-Infinity}",
      "{\"a\":1e999}",
      "{\"a\":-1e999}",
      "{\"a\":01}",
      "{\"a\":+1}",
      "{\"a\":.5}",
      "{\"a\":1.}",
      "{\"a\":1e}",
      "{\"a\":0x10}",
      "{\"a\":18446744073709551616}",
      "{\"a\":-9223372036854775809}",
      "{\"a\":123456789012345678901234567890}",
      "{\"a\":\"\x01\"}",
      "{\"a\":\"\n\"}",
      "{\"a\":\"\\x\"}",
      "{\"a\":\"\\u12\"}",
      "{\"a\":\"\\u12g4\"}",
      "{\"a\":\"unclosed}",
      "{\"a\":\"\\ud800\"}",
      "{\"a\":\"\\udc00\"}",
      "{\"a\":\"\\ud800x\"}",
      "{\"a\":\"\\ud800\\n\"}",
      "{\"a\":\"\\ud800\\u0041\"}",
      "{\"a\":\"\\ud800\\ud800\"}",
      "{\"a\":\"\\udc00\\ud800\"}",
      "{\"\\uDFFF\":1}",
      "{\"a\":\"\xff\"}",
      "{\"a\":\"\xc0\x80\"}",
      "{\"a\":\"\xed\xa0\x80\"}",
      "{\"a\":\"\xf4\x90\x80\x80\"}",
      "{\"a\":\"\xe4\xb8\"}",
      "{\"a\":1,\"a\":2}",
      "{\"a\":1,\"\\u0061\":2}",
      "{\"x\":[{\"b\":{\"\":1,\"\":2}}]}",
      std::string("{}\0", 3),
      "\xef\xbb\xbf{",
  };
  for (const auto& text : table) {
    CAPTURE(text);
    const auto document = json_document::parse(text);
    REQUIRE_FALSE(document);
    CHECK(document.error().code == error_code::invalid_json);
    CHECK(document.error().param.empty());
    CHECK(document.error().message.starts_with("The request body is not valid JSON: "));
  }
}

TEST_CASE("what is JSON is taken") {
  for (const std::string text :
       {"{}", " [ ] ", "1", "null", "\"x\"",
        "{\"a\":18446744073709551615,\"b\":-9223372036854775808}", "{\"a\":1e-999}",
        "{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\\\\ud800\"}", "{\"a\":{\"a\":1}}",
        "\r\n\t{\"a\":\"\x7f\"}\n", "{\"a\":-0.0e+5}"}) {
    CAPTURE(text);
    CHECK(parses(text));
  }
}

TEST_CASE("nesting is counted from 1 to 128, whatever is innermost") {
  for (const std::string core : {"", "1", "\"x\"", "{}", "[]", "null"}) {
    CAPTURE(core);
    const std::size_t own = core == "{}" || core == "[]" ? 1 : 0;
    CHECK(parses(nested(128 - own, '[', ']', core)));
    CHECK_FALSE(parses(nested(129 - own, '[', ']', core)));
  }
  std::string open;
  std::string close;
  for (int i = 0; i < 127; ++i) {
    open += "{\"a\":";
    close += "}";
  }
  CHECK(parses(open + "{\"a\":1}" + close));
  CHECK(parses(open + "{}" + close));
  CHECK_FALSE(parses(open + "{\"a\":{}}" + close));
  CHECK_FALSE(parses(open + "{\"a\":[1]}" + close));
}

TEST_CASE("10,000 and 1,000,000 levels are refused for their depth") {
  for (const std::size_t depth : {std::size_t{10'000}, std::size_t{1'000'000}}) {
    const auto closed = json_document::parse(nested(depth, '[', ']', ""));
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code == error_code::invalid_json);
    CHECK_FALSE(parses(std::string(depth, '[')));
  }
}

TEST_CASE("a repeated key is found among many") {
  std::string body = "{";
  for (int i = 0; i < 1000; ++i)
    body += "\"k" + std::to_string(i) + "\":0,";
  CHECK(parses(body + "\"last\":0}"));
  const auto document = json_document::parse(body + "\"k500\":0}");
  REQUIRE_FALSE(document);
  CHECK(document.error().message ==
        "The request body is not valid JSON: the key \"k500\" stands twice in one object.");
}

TEST_CASE("a mebibyte of keys takes about as long as a mebibyte") {
  std::string body = "{";
  for (int i = 0; body.size() < (1U << 20); ++i)
    body += "\"" + std::to_string(i) + "\":1,";
  body += "\"\":1}";
  const auto start = std::chrono::steady_clock::now();
  CHECK(parses(body));
  const auto took = std::chrono::steady_clock::now() - start;
  // A quadratic walk over 100,000 keys takes minutes under the sanitizers; linear is milliseconds.
  CHECK(took < std::chrono::seconds(5));
}

TEST_CASE("keyed hashes differ by key and by every part of the text") {
  CHECK(keyed_hash("abcdefgh", 1, 2) == keyed_hash("abcdefgh", 1, 2));
  CHECK(keyed_hash("abcdefgh", 1, 2) != keyed_hash("abcdefgh", 1, 3));
  CHECK(keyed_hash("abcdefgh", 1, 2) != keyed_hash("abcdefgh", 2, 2));
  CHECK(keyed_hash("abcdefgh", 1, 2) != keyed_hash("abcdefgi", 1, 2));
  CHECK(keyed_hash("abcdefghi", 1, 2) != keyed_hash("abcdefghj", 1, 2));
  CHECK(keyed_hash("", 1, 2) != keyed_hash(std::string_view("\0", 1), 1, 2));
}

TEST_CASE("compact JSON keeps order and spells numbers one way") {
  const auto document = json_document::parse(
      " { \"b\" : [ 1 , -2 , 3.0 , 1.50 , 1e2 , 1E-7 , 18446744073709551615 , true , null ] ,"
      " \"a\" : { } , \"\\u00e9\" : \"\\u0001\\n\\u007f\\/\" } ");
  REQUIRE(document);
  std::string out;
  append_compact_json(out, document->root());
  CHECK(out == "{\"b\":[1,-2,3.0,1.5,100.0,1e-07,18446744073709551615,true,null],\"a\":{},"
               "\"\xC3\xA9\":\"\\u0001\\n\x7f/\"}");
}

TEST_CASE("a byte order mark is named, so that its sender knows what to leave out") {
  for (const std::string mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"}) {
    const auto document = json_document::parse(mark + "{}");
    REQUIRE_FALSE(document);
    CHECK(document.error().code == error_code::invalid_json);
    CHECK(document.error().message.find("byte order mark") != std::string::npos);
  }
  CHECK(parses("{\"a\":\"\xEF\xBB\xBF\"}")); // inside a string it is a character
}
