// Masks inside counted repetitions: for every count a mask allows the tokens that are accepted byte
// by byte.
#include "model/grammar/compile_constraint.hpp"
#include "model/grammar/json_text.hpp"
#include "tests/model/grammar/grammar_text.hpp"
#include "tests/support/catch.hpp"

#include <fmt/core.h>
#include <random>

using namespace hadal;
using namespace hadal::model;
using namespace hadal::model::testing;

namespace {

/// Tokens that stay in a string, end it, cut characters and escapes, and go beyond its object.
const std::shared_ptr<const token_vocabulary>& vocabulary() {
  static const auto made = make_vocabulary({"abc",
                                            "abcd",
                                            "ababab",
                                            "abababababab",
                                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                            "1234",
                                            "123456",
                                            "a1b2c3",
                                            "        ",
                                            "Ab",
                                            "éé",
                                            "éa",
                                            "aé",
                                            "中文",
                                            "中文字符",
                                            "文a",
                                            "中\xE6",
                                            "\xE4\xB8",
                                            "\xB8\xAD",
                                            "\xB8\xAD文",
                                            "\xAD",
                                            "\xAD"
                                            "a",
                                            "😀",
                                            "😀😀",
                                            "\xF0\x9F",
                                            "\x98\x80",
                                            "\x9F",
                                            "\\n",
                                            "\\nab",
                                            "\\n\\n\\n",
                                            "a\\",
                                            "nab",
                                            "\\u",
                                            "\\u00",
                                            "\\u0041",
                                            "0041ab",
                                            "41",
                                            "\\ud83d",
                                            "\\ude00",
                                            "\\ud83d\\ude00",
                                            "de00a",
                                            "\\\"",
                                            "\\\"a",
                                            "\"}",
                                            "\",",
                                            "\", \"",
                                            "a\"",
                                            "ab\"",
                                            "abcd\"",
                                            "abab\", \"",
                                            "a\"}",
                                            "ab\":",
                                            "\"]",
                                            "a\"]",
                                            "\",\"a\",\"ab",
                                            "a,",
                                            "ab-",
                                            "-ab",
                                            "ab-ab",
                                            "中文\"",
                                            "中\"",
                                            "\\n\"",
                                            "\\\\\"",
                                            ",\"b\":\"",
                                            "\",\"b\":\"a"},
                                           "ab1\",");
  return made;
}

compiled_grammar_ptr compiled(constraint_kind kind, const std::string& source) {
  compile_budget budget;
  auto grammar = compile_constraint({kind, source, "field"}, vocabulary(), budget);
  INFO(source << ": " << (grammar ? "" : grammar.error().message));
  REQUIRE(grammar.has_value());
  return *grammar;
}

/// Walks a random answer token by token; returns for how many tokens a mask was wrong.
std::size_t wrong_tokens(const compiled_grammar_ptr& grammar, std::mt19937_64& random) {
  grammar_matcher matcher(grammar);
  std::size_t wrong = 0;
  for (int step = 0; step < 30 && !matcher.must_end(); ++step) {
    kernels::token_mask mask(grammar->vocabulary().size());
    REQUIRE(matcher.fill(mask).has_value());
    std::vector<token_id> allowed;
    for (token_id id = 0; id < static_cast<token_id>(mask.size()); ++id) {
      auto other = matcher;
      wrong += mask.allows(id) == other.accept(id).has_value() ? 0 : 1;
      if (mask.allows(id))
        allowed.push_back(id);
    }
    if (wrong > 0 || allowed.empty())
      return wrong;
    // Prefer longer tokens, so that bounds are reached.
    auto id = allowed[random() % allowed.size()];
    const auto other = allowed[random() % allowed.size()];
    const auto length = [&](token_id t) { return grammar->vocabulary().bytes_of(t).size(); };
    if (length(other) > length(id))
      id = other;
    REQUIRE(matcher.accept(id).has_value());
  }
  return wrong;
}

void check(constraint_kind kind, const std::string& source, int answers, std::mt19937_64& random) {
  INFO(source);
  auto grammar = compiled(kind, source);
  for (int i = 0; i < answers; ++i) {
    if (i % 2 == 0) // masks must not depend on which states were cached first
      grammar = compiled(kind, source);
    REQUIRE(wrong_tokens(grammar, random) == 0);
  }
}

/// A text that the automaton matches, or, as often, one that differs by a letter.
std::string text_near(const dfa& machine, std::mt19937_64& random) {
  std::string text;
  for (state_id at = 0; !machine.states[at].accepts || random() % 4 != 0;) {
    const auto& edges = machine.states[at].bytes;
    if (edges.empty())
      break;
    const auto& edge = edges[random() % edges.size()];
    text += static_cast<char>(edge.lowest + random() % (edge.highest - edge.lowest + 1u));
    at = edge.to;
  }
  switch (random() % 6) {
  case 0: return text + text.substr(0, text.find_first_of("1-"));
  case 1: return "a" + text;
  case 2: return text + "é";
  default: return text;
  }
}

} // namespace

TEST_CASE("masks of bounded strings are exact at every count") {
  std::mt19937_64 random(7);
  for (
      const char* schema :
      {R"({"type": "string", "maxLength": 1})", R"({"type": "string", "maxLength": 7})",
       R"({"type": "string", "maxLength": 30})", R"({"type": "string", "maxLength": 500})",
       R"({"type": "string", "minLength": 20})", R"({"type": "string", "minLength": 300})",
       R"({"type": "string", "minLength": 9, "maxLength": 9})",
       R"({"type": "string", "minLength": 6, "maxLength": 12})",
       R"({"type": "string", "pattern": "^[ab]*$", "maxLength": 15})",
       R"({"type": "string", "pattern": "^[^a\\s]{1,20}$"})",
       R"({"type": "string", "pattern": "^[一-龥]{2,12}$"})",
       R"({"type": "string", "pattern": "^[a-b]+(-[a-b]+)*$", "minLength": 3, "maxLength": 11})",
       R"({"type": "string", "pattern": "ab{9,}a"})",
       R"({"type": "string", "pattern": "^(ab|ba){5,9}$"})",
       R"({"type": "string", "format": "email"})",
       R"({"type": "object", "properties": {"a": {"type": "string", "maxLength": 10}, "b": {"type": "string",
          "minLength": 2, "maxLength": 9}}, "required": ["a", "b"], "additionalProperties": false})",
       R"({"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 6})",
       R"({"type": "array", "items": {"type": "array", "items": {"enum": ["a", "ab"]}, "minItems": 5,
          "maxItems": 8}, "minItems": 5})"})
    check(constraint_kind::json_schema, schema, 6, random);
}

TEST_CASE("masks of counted repetitions are exact in expressions and rules") {
  std::mt19937_64 random(8);
  for (const char* pattern :
       {"[a-b1]{1,40}", "[ab]{0,9}1[ab]{9}", "(?:[ab]{1,9}-){1,9}", "[^\"]{8,12}\"?", "[ab]{9,}1",
        "[ab]{3,20}[ab1]{5}", "[\\s\\S]{0,25}", "(?:中|文){8,10}a", "(?:aa|ab){8}",
        "[é-文]{1,12}\"", "(?:a|ab){5,9}", "([ab]{8}1)*"})
    check(constraint_kind::regex, pattern, 6, random);
  for (const char* rules :
       {"root ::= [ab]{5,20}", "root ::= [ab]{5,20} \"\\\"\" root | \"1\"",
        "root ::= x{5,9}\nx ::= [ab] | \"1\" x", "root ::= ([ab] [1]){5,} \",\"",
        "root ::= ([ab]{5,9} \",\"){5,9}", "root ::= [ab]{5,9} [b1]{5,9}",
        "root ::= [ab]{6,8} \",\"? root?", "root ::= .{5,12} | \"\\\"\" .{5,9} \"\\\"\"",
        "root ::= (\"ab\" | \"a\"){5,9} \",\"", "root ::= ((\"ab\")* \"1\"){5,9} \",\""})
    check(constraint_kind::ebnf, rules, 6, random);
}

TEST_CASE("masks at every byte of strings near their bounds are exact") {
  const auto bounded =
      compile_schema(R"({"type": "string", "minLength": 5, "maxLength": 8})", vocabulary());
  REQUIRE(bounded.has_value());
  for (const char* text : {R"("abababab")", R"("ab\n\"\\ab")", R"("\u0041\ud83d\ude00abcde")",
                           R"("中文é😀中文é😀")", R"("12345")"}) {
    INFO(text);
    CHECK(takes(*bounded, text));
    CHECK(wrong_masks(*bounded, text) == 0);
  }
  const auto longer = compile_schema(R"({"type": "string", "maxLength": 45})", vocabulary());
  REQUIRE(longer.has_value());
  CHECK(wrong_masks(*longer, '"' + std::string(45, 'a') + '"') == 0); // passes through every count
}

TEST_CASE("masks of generated repetitions are exact") {
  std::mt19937_64 random(9);
  const auto pick = [&](std::initializer_list<const char*> all) {
    return all.begin()[random() % all.size()];
  };
  const auto bounds = [&] {
    const auto least = random() % 14;
    return random() % 4 == 0 ? fmt::format("{{{},}}", least)
                             : fmt::format("{{{},{}}}", least, least + 1 + random() % 12);
  };
  for (int i = 0; i < 40; ++i) {
    std::string pattern;
    for (auto parts = 1 + random() % 3; parts > 0; --parts) {
      pattern += pick({"", "", "a", "\"", "-", "中", "(?:a|1)?"});
      pattern +=
          pick({"[ab]", "[^a]", ".", "[a1é]", "[中文字]", "(?:ab|1)", "(?:a|ab)", "(?:[ab]1?)"});
      pattern += bounds();
    }
    pattern += pick({"", "", "a", "\"", "-", ",\"", "(?:-1)?"});
    check(constraint_kind::regex, pattern, 2, random);
    check(constraint_kind::json_schema,
          fmt::format(R"({{"type": "array", "items": {{"type": "string", "pattern": {}}}}})",
                      quoted_json("^" + pattern + "$")),
          2, random);
  }
}

TEST_CASE("an automaton in which repetitions are found describes what it did before") {
  std::mt19937_64 random(10);
  for (const char* pattern :
       {"^[ab]{8,12}$", "^[ab]{0,9}$", "^[ab]{9}1?$", "^[^ab]{3,11}$", "^[ab]{10,}$",
        "^(?:[ab1]{1,9}-){1,9}$", "^[中é😀]{8,9}a$", "^a{9}b{9,10}$", "^(?:ab){9,10}$",
        "^[\\s\\S]{2,9}$", "^1[ab]{3,12}1?$", "^(?:a|[ab]{9,10})$", "^(?:[ab]{3}|[ab]{12})$",
        "^[ab]{2,9}(?:[ab]{3}1)?$"}) {
    compile_budget budget;
    const auto before = compile_regex(pattern, regex_extent::search, budget);
    REQUIRE(before.has_value());
    const auto after =
        compiled(constraint_kind::json_schema,
                 fmt::format(R"({{"type": "string", "pattern": {}}})", quoted_json(pattern)));
    std::size_t taken = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto text = text_near(*before, random);
      INFO(pattern << " on " << text);
      taken += before->matches(text) ? 1 : 0;
      REQUIRE(takes(after, quoted_json(text)) == before->matches(text));
    }
    INFO(pattern);
    CHECK(taken > 100);
    CHECK(taken < 900);
  }
}
