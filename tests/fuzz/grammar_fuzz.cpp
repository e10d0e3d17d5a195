// Sources of constraints: any source compiles or is refused within its budget. Along random answers
// of a compiled grammar, every token that a mask allows is accepted, and no other is.
#include "tests/fuzz/fuzz_loop.hpp"
#include "tests/model/grammar/grammar_text.hpp"
#include "tests/model/grammar/json_schema_cases.hpp"

#include "model/grammar/compile_constraint.hpp"

#include <array>
#include <string>

using namespace hadal;
using namespace hadal::model;
using namespace hadal::tests;

namespace {

// Small enough to try thousands of sources per second.
constexpr std::uint64_t steps = 200'000;

constexpr std::array kinds = {constraint_kind::json_schema, constraint_kind::regex,
                              constraint_kind::ebnf, constraint_kind::structural_tag};

const std::shared_ptr<const token_vocabulary>& vocabulary() {
  static const auto words = model::testing::make_vocabulary(
      {"true", "\": ", "\",", "{\"", "\"}", "[1", "12", "\n  ", "éa", "\\u00", "null", "ab",
       // Long ones, so that masks can allow whole branches of the token tree.
       "abababab", "ababcccc", "abab\",\"", "aaaaaaaaaaaaaaaaaaaaaaaa", "123456789", "        ",
       "éééé", "中文字符", "中文\"", "中\xe6", "😀😀😀"},
      "a\"1");
  return words;
}

/// One random answer of up to 60 tokens.
void walk(const compiled_grammar_ptr& grammar, std::mt19937_64& random) {
  grammar_matcher matcher(grammar);
  for (int i = 0; i < 60 && !matcher.must_end(); ++i) {
    kernels::token_mask mask(grammar->vocabulary().size());
    if (!matcher.fill(mask))
      return; // too ambiguous: this answer ends with an error
    std::vector<token_id> allowed, refused;
    for (token_id id = 0; id < static_cast<token_id>(mask.size()); ++id)
      (mask.allows(id) ? allowed : refused).push_back(id);
    fuzz_require(!allowed.empty(), "an answer has no way on");
    if (!refused.empty()) {
      auto other = matcher;
      fuzz_require(!other.accept(refused[random() % refused.size()]),
                   "a token that the mask refuses fits");
    }
    const auto id = allowed[random() % allowed.size()];
    auto taken = matcher.accept(id);
    if (!taken && taken.error().message.find("too ambiguous") != std::string::npos)
      return;
    fuzz_require(taken.has_value(), "a token that the mask allows does not fit");
  }
}

/// The first byte chooses the kind, the rest is the source.
void check_source(std::string_view bytes, std::mt19937_64& random) {
  const auto head = bytes.empty() ? 0U : static_cast<unsigned char>(bytes[0]);
  constraint_source source{kinds[head % kinds.size()],
                           std::string(bytes.size() > 1 ? bytes.substr(1) : std::string_view()),
                           "source"};
  compile_budget budget(steps);
  const auto grammar = compile_constraint(source, vocabulary(), budget);
  if (!grammar) {
    fuzz_require(grammar.error().code == error_code::invalid_request, "a refusal of another kind");
    fuzz_require(grammar.error().param == "source", "a refusal without its field");
    return;
  }
  walk(*grammar, random);
}

} // namespace

int main(int argc, char** argv) {
  fuzz_target target;
  target.name = "grammar";
  target.check = check_source;
  for (const auto& c : model::testing::schema_cases())
    target.seeds.push_back('\0' + c.schema);
  for (const char* text : {"(a|bc*){2,5}[^x-z]\\d+", "^\\p{Lu}(?:é|\\u00e9)?$", "\\w+\\s\\W{0,3}"})
    target.seeds.push_back(std::string("\1") + text);
  for (const char* text :
       {"root ::= a (\",\" a)* # c\na ::= [a-z]{1,20} | \"\\n\" root",
        "root ::= \"(\" root \")\" | \"\"", "root ::= x{2,9} .\nx ::= [^\\]a-f]"})
    target.seeds.push_back(std::string("\2") + text);
  target.seeds.push_back("\3{\"structures\":[{\"begin\":\"<x>\",\"schema\":{},\"end\":\"</"
                         "x>\"}],\"triggers\":[\"<x\"]}");
  target.seeds.push_back(
      "\3{\"format\":{\"type\":\"sequence\",\"elements\":[{\"type\":\"any_text\"},"
      "{\"type\":\"const_string\",\"value\":\"a\"}]}}");
  for (const char* word : {"\"anyOf\":[",
                           "\"allOf\":[",
                           "\"oneOf\":[",
                           "\"$ref\":\"#\"",
                           "\"pattern\":\"",
                           "\"not\":",
                           "\"minLength\":",
                           "\"maxItems\":",
                           "\"enum\":[",
                           "\"type\":\"object\"",
                           "{1,1000}",
                           "(?:",
                           "|",
                           "[^",
                           "\\d",
                           "::=",
                           "\nroot ::= ",
                           "*",
                           "+",
                           "?",
                           "\\u0000",
                           "\"multipleOf\":3",
                           "1e9",
                           "18446744073709551616",
                           "\"minProperties\":2",
                           "\"maxProperties\":20",
                           "\"additionalProperties\":",
                           "\"propertyNames\":",
                           "\"format\":\"uri\"",
                           "\"maxLength\":2083",
                           "\"maxLength\":90000",
                           "^(?!",
                           "{}"})
    target.dictionary.emplace_back(word);
  return fuzz(argc, argv, target);
}
