#include "tests/model/grammar/grammar_text.hpp"
#include "tests/support/catch.hpp"

#include <utility>

using namespace hadal;
using namespace hadal::model;
using namespace hadal::model::testing;

namespace {

std::string nested(std::string_view open, std::string_view inside, std::string_view close,
                   int times) {
  std::string text(inside);
  for (int i = 0; i < times; ++i)
    text = std::string(open) + text + std::string(close);
  return text;
}

} // namespace

TEST_CASE("a keyword that cannot be honoured is an error that names it and its place") {
  for (const auto& [schema, expected] : std::vector<std::pair<std::string, std::string>>{
           {R"({"not": {}})", "`not` at # "},
           {R"({"properties": {"a": {"if": {}}}})", "`if` at #/properties/a "},
           {R"({"items": {"contains": {}}})", "`contains` at #/items "},
           {R"({"type": "array", "uniqueItems": true})", "`uniqueItems` at # "},
           {R"({"dependentRequired": {}})", "`dependentRequired` at # "},
           {R"({"unevaluatedProperties": false})", "`unevaluatedProperties` at # "},
           {R"({"multipleOf": 0.1})", "`multipleOf` at # "},
           {R"re({"pattern": "(?=a)"})re", "`pattern` at # "},
           {R"re({"pattern": "^a(?!b)"})re", "`pattern` at # "},
           {R"re({"pattern": "^(?!a)b|c"})re", "`pattern` at # "},
           {R"re({"pattern": "^(?<=a)b"})re", "`pattern` at # "},
           {R"({"pattern": "(a"})", "`pattern` at # "},
           {R"({"pattern": "(a)\\1"})", "`pattern` at # "},
           {R"({"type": "sting"})", "`type` at # "},
           {R"({"required": "a"})", "`required` at # "},
           {R"({"minLength": -1})", "`minLength` at # "},
           {R"({"exclusiveMinimum": "1"})", "`exclusiveMinimum` at # "},
           {R"({"format": 1})", "`format` at # "},
           {R"({"items": [{}], "prefixItems": [{}]})", "`prefixItems` at # "},
           {R"({"items": [{"type": 1}], "type": "array"})", "`type` at #/items/0 "},
           {R"({"items": [{}], "additionalItems": 1})", "`additionalItems` at #/additionalItems "},
           {R"({"minLength": 2147483647})", "`minLength` at # "},
           {R"({"$ref": "http://x/y"})", "`$ref` at # "},
           {R"({"$ref": "#/nowhere"})", "`$ref` at # "},
           {R"({"$ref": "#"})", "`$ref` at #"},
           {R"({"allOf": [{"$ref": "#"}]})", "`$ref` at #"},
           {R"({"oneOf": [{"type": "integer"}, {"type": "number"}]})", "`oneOf` at # "},
           {R"({"patternProperties": {"a": {}, "b": {}}})", "`patternProperties` at "}}) {
    INFO(schema);
    const auto grammar = compile_schema(schema);
    REQUIRE_FALSE(grammar.has_value());
    CHECK(grammar.error().code == error_code::invalid_request);
    CHECK(grammar.error().message.find(expected) != std::string::npos);
    INFO(grammar.error().message);
  }
}

TEST_CASE("every keyword that is refused is refused by its name, wherever it stands") {
  for (const char* keyword :
       {"not", "if", "then", "else", "contains", "minContains", "maxContains", "dependencies",
        "dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties",
        "$dynamicRef", "$recursiveRef", "divisibleBy", "disallow", "extends"}) {
    INFO(keyword);
    const auto word = std::string(keyword);
    const auto grammar = compile_schema(R"({"type":"object","properties":{"a":{")" + word +
                                        R"(": {}}},"required":["a"]})");
    REQUIRE_FALSE(grammar.has_value());
    CHECK(grammar.error().code == error_code::invalid_request);
    CHECK(grammar.error().message.find("`" + word + "` at #/properties/a ") != std::string::npos);
  }
}

TEST_CASE("a schema that no value fits is an error") {
  for (const char* schema :
       {"false", R"({"type": "integer", "minimum": 5, "maximum": 4})", R"({"enum": []})",
        R"({"type": "string", "minLength": 3, "maxLength": 2})",
        R"({"allOf": [{"type": "null"}, {"type": "string"}]})",
        R"({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]})",
        R"({"type": "string", "pattern": "a^b"})"}) {
    INFO(schema);
    const auto grammar = compile_schema(schema);
    REQUIRE_FALSE(grammar.has_value());
    CHECK(grammar.error().code == error_code::invalid_request);
  }
}

TEST_CASE("hostile schemas cost a bounded amount") {
  std::string many_patterns = R"({"type":"object","patternProperties":{)";
  for (int i = 0; i < 300; ++i)
    many_patterns += (i ? "," : "") + ("\"^k" + std::to_string(i) + "x(a|b)*c{1,50}$\":{}");
  many_patterns += "}}";
  std::string many_choices = R"({"allOf":[)";
  for (int i = 0; i < 40; ++i)
    many_choices += std::string(i ? "," : "") + R"({"anyOf":[{"minimum":1},{"maximum":2}]})";
  many_choices += "]}";
  std::string mutual = R"({"$defs":{)";
  for (int i = 0; i < 60; ++i)
    mutual += (i ? "," : "") + ("\"d" + std::to_string(i) + "\":{\"anyOf\":[{\"$ref\":\"#/$defs/d" +
                                std::to_string((i + 1) % 60) + "\"},{\"$ref\":\"#/$defs/d" +
                                std::to_string((i + 7) % 60) + "\"}]}");
  mutual += R"(},"$ref":"#/$defs/d0"})";
  const auto pattern = [](const std::string& text) {
    return R"({"type": "string", "pattern": ")" + text + "\"}";
  };
  for (const auto& schema : std::vector<std::string>{
           pattern("^(a|b)*a(a|b){25}$"), pattern("(((((a{1,90}){1,90}){1,90}){1,90}))"),
           pattern(nested("(", "a", ")", 5000)), nested(R"({"anyOf":[)", "{}", ",true]}", 60),
           nested(R"({"oneOf":[{"type":"null"},)", R"({"type":"integer"})", "]}", 60), many_choices,
           mutual, R"({"type":"string","minLength":90000,"maxLength":100000,"pattern":"^.*$"})"}) {
    INFO(schema.substr(0, 80));
    const auto grammar = compile_schema(schema);
    if (!grammar)
      CHECK(grammar.error().code == error_code::invalid_request);
    else
      CHECK(takes(*grammar, "1"));
  }
  CHECK_FALSE(compile_schema(many_patterns).error().message.empty());
}
