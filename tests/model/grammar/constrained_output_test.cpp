#include "model/grammar/constrained_output.hpp"

#include "model/grammar/compile_constraint.hpp"
#include "model/grammar/json_text.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace hadal;
using namespace hadal::model;

namespace {

constexpr token_id end_token = 300;
constexpr token_id think_end = 301;
constexpr token_id calls_tag = 302;
constexpr token_id half_tag = 303; // its text begins inside the tag's spelling and goes beyond it
constexpr token_id inner_tag = 304;

/// Every byte, two tags, and one token of several bytes.
std::shared_ptr<const token_vocabulary> vocabulary() {
  std::vector<std::pair<token_id, std::string>> tokens;
  for (int byte = 0; byte < 256; ++byte)
    tokens.emplace_back(byte, std::string(1, static_cast<char>(byte)));
  tokens.emplace_back(half_tag, "alls>x");
  return std::make_shared<const token_vocabulary>(
      std::move(tokens), 305,
      std::vector<token_vocabulary::added>{{"<calls>", calls_tag}, {"|M|", inner_tag}});
}

compiled_grammar_ptr compiled(constraint_kind kind, std::string_view text) {
  static const auto words = vocabulary();
  compile_budget budget;
  auto grammar = compile_constraint({kind, std::string(text), "x"}, words, budget);
  REQUIRE(grammar);
  return *grammar;
}

/// The text follows the constraint; calls are `begin`, digits, and "]".
output_constraint_ptr either(constraint_kind kind, std::string_view text, std::string begin) {
  const auto tag = compiled(constraint_kind::structural_tag,
                            R"({"format":{"type":"tag","begin":)" + quoted_json(begin) +
                                R"(,"content":{"type":"regex","pattern":"[0-9]+"},"end":"]"}})");
  return std::make_shared<const output_constraint>(output_constraint{
      compiled(kind, text), {end_token}, {}, calls_in_place{tag, std::move(begin)}});
}

void accept_text(constrained_output& answer, std::string_view text) {
  for (const char c : text) {
    const auto mask = answer.mask();
    REQUIRE(mask);
    const auto id = static_cast<token_id>(static_cast<unsigned char>(c));
    CAPTURE(text, c);
    REQUIRE((*mask)->allows(id));
    REQUIRE(answer.accept(id));
  }
}

bool allows(constrained_output& answer, token_id id) {
  const auto mask = answer.mask();
  REQUIRE(mask);
  return (*mask)->allows(id);
}

} // namespace

TEST_CASE("an answer is the text or calls, and after its first token one of them alone") {
  const auto constraint = either(constraint_kind::json_object, "", "<calls>");
  constrained_output text(constraint);
  CHECK(allows(text, '{'));
  CHECK(allows(text, calls_tag));
  CHECK_FALSE(allows(text, '<'));
  CHECK_FALSE(allows(text, end_token));
  accept_text(text, "{}");
  CHECK(allows(text, end_token));
  CHECK_FALSE(allows(text, calls_tag));
  constrained_output calls(constraint);
  REQUIRE(calls.accept(calls_tag));
  CHECK_FALSE(allows(calls, '{'));
  CHECK_FALSE(allows(calls, end_token));
  accept_text(calls, "42]");
  CHECK(allows(calls, end_token));
  CHECK_FALSE(allows(calls, '4'));
  CHECK_FALSE(calls.accept('{'));
}

TEST_CASE("both are open after the reasoning, and neither within it") {
  auto constraint = *either(constraint_kind::regex, "yes|no", "<calls>");
  constraint.reasoning_end = think_end;
  constrained_output answer(std::make_shared<const output_constraint>(constraint));
  for (const token_id id : {token_id{'<'}, calls_tag, token_id{'q'}}) {
    CHECK(allows(answer, id));
    REQUIRE(answer.accept(id));
  }
  CHECK_FALSE(allows(answer, end_token));
  REQUIRE(answer.accept(think_end));
  CHECK(allows(answer, calls_tag));
  accept_text(answer, "yes");
  CHECK(allows(answer, end_token));
}

TEST_CASE("no text spells what calls begin with, and one that leaves it off is free") {
  constrained_output answer(either(constraint_kind::regex, "[^!]*", "<calls>"));
  accept_text(answer, "<c");
  CHECK(allows(answer, end_token));
  CHECK_FALSE(allows(answer, calls_tag));
  CHECK_FALSE(allows(answer, half_tag)); // "alls>x" would complete the tag
  accept_text(answer, "alls");
  CHECK_FALSE(allows(answer, '>'));
  CHECK(allows(answer, '<'));
  auto spelled = answer;
  CHECK_FALSE(spelled.accept('>'));
  accept_text(answer, "<calls>"); // the tag is free once the answer has begun
  CHECK(allows(answer, end_token));
}

TEST_CASE("what calls begin with is theirs where it is text without tokens of its own") {
  constrained_output answer(either(constraint_kind::regex, "[^!]*", "\n<begin>"));
  accept_text(answer, "\n<begin>7");
  CHECK_FALSE(allows(answer, 'x')); // the text's grammar would allow it
  CHECK_FALSE(allows(answer, end_token));
  accept_text(answer, "]");
  CHECK(allows(answer, end_token));
  CHECK_FALSE(allows(answer, 'x'));
}

TEST_CASE("a text does not spell a beginning that calls write with a token") {
  constrained_output answer(either(constraint_kind::regex, "[^!]*", "<|M|x>"));
  accept_text(answer, "<");
  CHECK(allows(answer, inner_tag));
  auto calls = answer;
  REQUIRE(calls.accept(inner_tag));
  accept_text(calls, "x>1]");
  CHECK(allows(calls, end_token));
  accept_text(answer, "|M|x"); // this can no longer become a call
  CHECK_FALSE(allows(answer, '>'));
  CHECK(allows(answer, 'x'));
}

TEST_CASE("a structural tag may itself write the token that calls begin with") {
  const auto text = R"({"format":{"type":"tag","begin":"<calls>","content":)"
                    R"({"type":"regex","pattern":"[a-z]+"},"end":"."}})";
  constrained_output answer(either(constraint_kind::structural_tag, text, "<calls>"));
  REQUIRE(answer.accept(calls_tag));
  CHECK(allows(answer, 'a'));
  CHECK(allows(answer, '7'));
  accept_text(answer, "a.");
  CHECK(allows(answer, end_token));
}
