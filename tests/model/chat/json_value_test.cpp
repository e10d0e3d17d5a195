#include "model/chat/json_value.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace hadal;
using namespace hadal::model;

namespace {

std::string respelled(const std::string& text) {
  const auto value = parse_json_value(text);
  INFO(text);
  REQUIRE(value.has_value());
  return dump(*value);
}

} // namespace

TEST_CASE("JSON is spelled as Python's json.dumps(json.loads(text), ensure_ascii=False)") {
  // Expected values are from Python 3.11.
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"{}", "{}"},
           {"[ ]", "[]"},
           {" null ", "null"},
           {"[true,false,null]", "[true, false, null]"},
           {R"({"b":1,"a":[1,{"c":2}]})", R"({"b": 1, "a": [1, {"c": 2}]})"},
           {R"({"k":1,"l":2,"k":3})", R"({"k": 3, "l": 2})"},
           {R"("é \u00e9 \ud83d\ude42 \u4f60")", "\"é é 🙂 你\""},
           {R"("\" \\ \/ \b \f \n \r \t \u0001 \u001f \u007f")",
            "\"\\\" \\\\ / \\b \\f \\n \\r \\t \\u0001 \\u001f \x7f\""},
           {"[0,-0,1,-1]", "[0, 0, 1, -1]"},
           {"[1.0,-0.0,0.0,1e5,1E+5,1.50]", "[1.0, -0.0, 0.0, 100000.0, 100000.0, 1.5]"},
           {"[1e15,1e16,123456789012345680.0]",
            "[1000000000000000.0, 1e+16, 1.2345678901234568e+17]"},
           {"[0.0001,0.00001,1.5e-7]", "[0.0001, 1e-05, 1.5e-07]"},
           {"[5e-324,1.7976931348623157e308,1e-400]", "[5e-324, 1.7976931348623157e+308, 0.0]"},
           {"[0.1,0.30000000000000004,12.375,9007199254740993.0]",
            "[0.1, 0.30000000000000004, 12.375, 9007199254740992.0]"},
           {"[9223372036854775807,-9223372036854775808,18446744073709551615]",
            "[9223372036854775807, -9223372036854775808, 18446744073709551615]"},
           {"[123456789012345678901234567890,-18446744073709551616]",
            "[123456789012345678901234567890, -18446744073709551616]"}})
    CHECK(respelled(text) == expected);
}

TEST_CASE("members are found by key, of equal keys the last value in the first one's place") {
  const auto value = parse_json_value(R"({"a": 1, "b": {"c": "x"}, "a": "two"})");
  REQUIRE(value.has_value());
  CHECK(value->keys == std::vector<std::string>{"a", "b"});
  REQUIRE(value->find("a") != nullptr);
  CHECK(value->find("a")->text == "two");
  CHECK(value->find("b")->find("c")->text == "x");
  CHECK(value->find("z") == nullptr);
  CHECK(value->find("a")->find("a") == nullptr);
}

TEST_CASE("a hundred thousand members take no quadratic time") {
  std::string text = "{";
  for (int i = 0; i < 100000; ++i)
    text += (i > 0 ? ",\"" : "\"") + std::to_string(i % 50000) + "\":" + std::to_string(i);
  text += "}";
  const auto value = parse_json_value(text);
  REQUIRE(value.has_value());
  CHECK(value->keys.size() == 50000);
  CHECK(value->values.front().text == "50000");
}

TEST_CASE("what is not JSON is refused") {
  for (const char* text :
       {"", " ", "{", "[1,]", "{\"a\"}", "{a: 1}", "nul", "01", "1.", "NaN", "Infinity", "'a'",
        "\"\\x\"", "\"a\nb\"", "[1] 2", "\"\xff\"", "\"\\ud800\"", "1e999"}) {
    INFO(text);
    const auto value = parse_json_value(text);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().code == error_code::invalid_json);
    CHECK_FALSE(value.error().message.empty());
  }
}

TEST_CASE("nesting is limited") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(respelled(nested(128)) == nested(128));
  for (std::size_t depth : {129, 100000}) {
    const auto value = parse_json_value(nested(depth));
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().message == "nested deeper than 128");
  }
}
