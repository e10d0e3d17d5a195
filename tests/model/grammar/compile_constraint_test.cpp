#include "model/grammar/compile_constraint.hpp"

#include "model/tokenizer/regex.hpp"
#include "tests/model/grammar/grammar_text.hpp"
#include "tests/support/catch.hpp"

#include <functional>
#include <utility>

using namespace hadal;
using namespace hadal::model;
using namespace hadal::model::testing;

namespace {

result<compiled_grammar_ptr> compiled(constraint_kind kind, std::string text) {
  compile_budget budget;
  return compile_constraint({kind, std::move(text), "field"}, make_vocabulary(), budget);
}

struct language {
  std::string source;
  std::vector<std::string> in;
  std::vector<std::string> out;
};

void check(constraint_kind kind, const language& l) {
  INFO(l.source);
  const auto grammar = compiled(kind, l.source);
  INFO((grammar ? "" : grammar.error().message));
  REQUIRE(grammar.has_value());
  for (const auto& text : l.in) {
    INFO(text);
    CHECK(takes(*grammar, text));
  }
  for (const auto& text : l.out) {
    INFO(text);
    CHECK_FALSE(takes(*grammar, text));
  }
}

} // namespace

TEST_CASE("regular expressions describe the whole answer") {
  for (const auto& l : std::vector<language>{
           {R"(a|bc*)", {"a", "b", "bcc"}, {"", "ab", "ac"}},
           {R"(^a+?$)", {"a", "aa"}, {"", "b"}},
           {R"((?:ab){2,3}(?P<x>c)?)", {"abab", "abababc"}, {"ab", "ababababc"}},
           {R"([^\d\s]{2}\w\W)", {"ab_!", "xyz "}, {"1bc!", "abcd"}},
           {R"(\x41é[😀-😂]\.)", {"Aé😁."}, {"Aé😃.", "Aé😁x"}},
           {R"(.*)", {"", "abc é"}, {"a\nb"}},
           {R"(\p{Lu}\p{L}*)", {"Éa", "A"}, {"a", "1"}},
           {R"([a\-z]|[-x]|[\]])", {"a", "-", "z", "x", "]"}, {"b"}},
           {R"(()a|)", {"a", ""}, {"b"}},
           {R"((a*)*b)", {"b", "aaab"}, {"a"}},
       })
    check(constraint_kind::regex, l);
}

TEST_CASE("regular expressions agree with another engine on random ones") {
  std::uint64_t state = 20'240'611;
  const auto random = [&](std::uint64_t below) {
    state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return (state >> 33) % below;
  };
  const std::function<std::string(int)> expression = [&](int depth) -> std::string {
    const std::string leaf(1, "abc"[random(3)]);
    if (depth == 0)
      return random(5) == 0 ? "[ab]" : random(6) == 0 ? "[^a]" : leaf;
    switch (random(6)) {
    case 0: return "(" + expression(depth - 1) + "|" + expression(depth - 1) + ")";
    case 1: return "(" + expression(depth - 1) + ")*";
    case 2: return "(" + expression(depth - 1) + ")?";
    case 3: return "(" + expression(depth - 1) + "){1,3}";
    default: return expression(depth - 1) + expression(depth - 1);
    }
  };
  regex_scratch scratch;
  int decided = 0;
  for (int i = 0; i < 300; ++i) {
    const auto pattern = expression(3);
    const auto oracle = model::regex::compile("^(?:" + pattern + ")$");
    REQUIRE(oracle.has_value());
    compile_budget budget;
    const auto machine = compile_regex(pattern, regex_extent::whole, budget);
    REQUIRE(machine.has_value());
    for (int k = 0; k < 60; ++k) {
      std::string text;
      for (auto length = random(9); length > 0; --length)
        text += "abcd"[random(4)];
      INFO(pattern << " on " << text);
      const auto found = oracle->search(text, 0, scratch);
      if (!found)
        continue; // backtracked too long
      ++decided;
      CHECK(machine->matches(text) == found->has_value());
    }
  }
  CHECK(decided > 17'000);
}

TEST_CASE("rules written by hand are enforced") {
  for (const auto& l : std::vector<language>{
           {"root ::= \"a\" b*  # comment\nb ::= [x-z] | \"\\n\" |\n  \"é\\u00e9\"\n",
            {"a", "axyz", "a\n", "aéé"},
            {"", "b", "aé"}},
           {"root ::= \"(\" root \")\" | \"\"", {"", "()", "((()))"}, {"(", "(()"}},
           {"root ::= item (\",\" item){2,3}\nitem ::= [0-9]+",
            {"1,22,3", "1,2,3,4"},
            {"1,2", "1,2,3,4,5"}},
           {"root ::= [^\\]\\n-]{10,12}",
            {"0123456789", "abcdefghijkl"},
            {"012345678", "0-23456789"}},
           {"root ::= list\nlist ::= \"x\" list | \"x\"", {"x", std::string(9000, 'x')}, {""}},
           {"root ::= .?", {"", "😀"}, {"ab"}},
           {"root ::= a a a\na ::= \"x\"?", {"", "x", "xxx"}, {"xxxx"}},
       })
    check(constraint_kind::ebnf, l);
}

TEST_CASE("any JSON object is a constraint without a source") {
  check(constraint_kind::json_object,
        {"", {"{}", R"({"a": [1, {"b": null}], "c": "d"})"}, {"[]", "1", "{\"a\"}", ""}});
}

TEST_CASE("structural tags bind what follows a trigger and leave the rest free") {
  const std::string tags = R"("tags": [{"begin": "<f=a>", "content": {"type": "json_schema",
      "json_schema": {"type": "integer"}}, "end": "</f>"},
    {"begin": "<f=b>", "content": {"type": "any_text"}, "end": "."}])";
  const auto with = [&](const std::string& type, const std::string& rest) {
    return R"({"type": "structural_tag", "format": {"type": ")" + type + "\", " + tags + rest +
           "}}";
  };
  for (
      const auto& l : std::vector<language>{
          {R"({"structures": [{"begin": "<x>", "schema": {"type": "null"}, "end": "</x>"}],
               "triggers": ["<x"]})",
           {"", "free <y> text", "a<x>null</x>b<x>null</x>", "<", "<<x>null</x>"},
           {"<x>", "<x>1</x>", "<x ", "a<x>null"}},
          {with("triggered_tags", R"(, "triggers": ["<f="])"),
           {"hi", "hi <f=a>12</f> and <f=b>any."},
           {"<f=c>", "<f=a>x</f>", "<f="}},
          {with("triggered_tags", R"(, "triggers": ["<f="], "at_least_one": true)"),
           {"<f=a>1</f>", "<f=a>1</f> then"},
           {"", "first <f=a>1</f>"}},
          {with("triggered_tags", R"(, "triggers": ["<f="], "stop_after_first": true)"),
           {"x<f=a>1</f>", "x"},
           {"<f=a>1</f> then", "<f=a>1</f><f=a>1</f>"}},
          {with("tags_with_separator", R"(, "separator": ",", "at_least_one": true)"),
           {"<f=a>1</f>", "<f=a>1</f>,<f=b>x."},
           {"", "<f=a>1</f><f=a>1</f>", "<f=a>1</f>,"}},
          {R"j({"format": {"type": "sequence", "elements": [{"type": "const_string", "value": "é:"},
               {"type": "or", "elements": [{"type": "regex", "pattern": "a+"},
                 {"type": "tag", "begin": "(", "content": {"type": "const_string", "value": "b"},
                  "end": ")"}]}]}})j",
           {"é:aa", "é:(b)"},
           {"é:", "aa", "é:(b"}}})
    check(constraint_kind::structural_tag, l);
}

TEST_CASE("markup that is an added token is that token and nothing else") {
  std::vector<std::pair<token_id, std::string>> bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes.emplace_back(byte, std::string(1, static_cast<char>(byte)));
  const auto vocabulary = std::make_shared<const token_vocabulary>(
      std::move(bytes), 300,
      std::vector<token_vocabulary::added>{{"<call>", 260}, {"</call>", 261}, {"MARK", 262}});
  compile_budget budget;
  const auto grammar = compile_constraint(
      {constraint_kind::structural_tag,
       R"({"structures": [{"begin": "<call>f:", "schema": {"type": "integer"}, "end": "</call>"},
           {"begin": "<MARK x>", "schema": {"type": "null"}, "end": "."}],
           "triggers": ["<call>", "<MARK x"]})",
       "field"},
      vocabulary, budget);
  REQUIRE(grammar.has_value());
  grammar_matcher matcher(*grammar);
  const auto allows = [&](token_id id) {
    kernels::token_mask mask(vocabulary->size());
    REQUIRE(matcher.fill(mask));
    return mask.allows(id);
  };
  REQUIRE(matcher.accept_bytes("free <call text "));
  {
    auto spelled = matcher;
    CHECK_FALSE(spelled.accept_bytes("<call>").has_value());
  }
  CHECK(allows(260));
  CHECK_FALSE(allows(262));
  CHECK(allows('a'));
  REQUIRE(matcher.accept(260));
  CHECK_FALSE(matcher.may_end());
  CHECK_FALSE(allows('a'));
  REQUIRE(matcher.accept_bytes("f:12"));
  CHECK(allows(261));
  CHECK_FALSE(allows('<'));
  REQUIRE(matcher.accept(261));
  CHECK(matcher.may_end());
  REQUIRE(matcher.accept_bytes("more <"));
  CHECK(allows(262));
  REQUIRE(matcher.accept(262));
  CHECK_FALSE(matcher.may_end());
  CHECK(allows(' '));
  CHECK_FALSE(allows('y'));
  REQUIRE(matcher.accept_bytes(" x>null."));
  CHECK(matcher.may_end());
  CHECK_FALSE(allows(299));
}

TEST_CASE("a source that is wrong is refused with the field's name") {
  for (
      const auto& [kind, text] : std::vector<std::pair<constraint_kind, std::string>>{
          {constraint_kind::regex, "("},
          {constraint_kind::regex, "a{3,2}"},
          {constraint_kind::regex, "a**"},
          {constraint_kind::regex, "a*+"},
          {constraint_kind::regex, "(?i)a"},
          {constraint_kind::regex, "(?<!a)b"},
          {constraint_kind::regex, "\\bword"},
          {constraint_kind::regex, "[b-a]"},
          {constraint_kind::regex, "[]"},
          {constraint_kind::regex, "\xff"},
          {constraint_kind::regex, "a^b"},
          {constraint_kind::ebnf, ""},
          {constraint_kind::ebnf, "a ::= \"x\""},
          {constraint_kind::ebnf, "root ::= missing"},
          {constraint_kind::ebnf, "root ::= root \"a\" | \"a\""},
          {constraint_kind::ebnf, "root ::= a root | \"b\"\na ::= \"\" | \"c\""},
          {constraint_kind::ebnf, "root ::= \"a\" root"},
          {constraint_kind::ebnf, "root ::= \"a"},
          {constraint_kind::ebnf, "root ::= [z-a]"},
          {constraint_kind::ebnf, "root ::= (\"a\""},
          {constraint_kind::ebnf, "root ::= (=\"a\")"},
          {constraint_kind::ebnf, "root ::= \"a\"\nroot ::= \"b\""},
          {constraint_kind::ebnf, "root ::= (\"a\"?){1,1000}"},
          {constraint_kind::ebnf, "root = \"a\""},
          {constraint_kind::structural_tag, "{}"},
          {constraint_kind::structural_tag, R"({"format": {"type": "grammar"}})"},
          {constraint_kind::structural_tag, R"({"structures": [], "triggers": ["a"]})"},
          {constraint_kind::structural_tag,
           R"({"structures": [{"begin": "x", "schema": {}, "end": ""}], "triggers": ["a"]})"},
          {constraint_kind::structural_tag,
           R"({"structures": [{"begin": "a", "schema": {"not": {}}, "end": ""}], "triggers": ["a"]})"},
          {constraint_kind::json_schema, "{"},
          {constraint_kind::json_schema, "1"},
          {constraint_kind::json_schema, std::string(limits::grammar_source_bytes_max + 1, ' ')},
      }) {
    INFO(text.substr(0, 80));
    const auto grammar = compiled(kind, text);
    REQUIRE_FALSE(grammar.has_value());
    CHECK(grammar.error().code == error_code::invalid_request);
    CHECK(grammar.error().param == "field");
  }
}

TEST_CASE("a compilation that nobody waits for ends") {
  compile_budget budget(limits::grammar_compile_steps_max,
                        std::make_shared<const std::atomic<bool>>(true));
  const auto grammar =
      compile_constraint({constraint_kind::regex, "a", "regex"}, make_vocabulary(), budget);
  REQUIRE_FALSE(grammar.has_value());
  CHECK(grammar.error().code == error_code::cancelled);
}

TEST_CASE("an ambiguous grammar ends in an error of its own match") {
  // Two rules match the same text, so every letter doubles the number of stacks.
  const auto grammar = compiled(constraint_kind::ebnf,
                                "root ::= f | g\nf ::= \"A\" f \"b\" | \"A\" g \"c\" | \"A\"\n"
                                "g ::= \"A\" f \"d\" | \"A\" g \"e\" | \"A\"");
  REQUIRE(grammar.has_value());
  grammar_matcher matcher(*grammar);
  bool failed = false;
  for (int i = 0; i < 3000 && !failed; ++i) {
    kernels::token_mask mask((*grammar)->vocabulary().size());
    failed = !matcher.fill(mask) || !matcher.accept('A');
  }
  CHECK(failed);
}
