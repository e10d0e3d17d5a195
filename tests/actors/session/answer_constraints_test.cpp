#include "actors/session/answer_constraints.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

using kind = net::constraint_field::kind_type;

std::shared_ptr<const net::constraint_field> regex(const char* text, const char* param = "regex") {
  return std::make_shared<const net::constraint_field>(
      net::constraint_field{kind::regex, text, param});
}

model::compiled_grammar_ptr some_grammar() {
  const auto vocabulary = std::make_shared<const model::token_vocabulary>(
      std::vector<std::pair<token_id, std::string>>{{0, "a"}, {1, "b"}}, 2,
      std::vector<model::token_vocabulary::added>{});
  model::compile_budget budget;
  return *model::compile_constraint({model::constraint_kind::regex, "a", "regex"}, vocabulary,
                                    budget);
}

} // namespace

TEST_CASE("prompts that ask for the same share one grammar, and the others keep theirs") {
  answer_constraints constraints;
  const auto first = regex("a", "sampling_params[0].regex");
  constraints.add(first);
  constraints.add(nullptr);
  constraints.add(regex("b", "sampling_params[2].regex"));
  constraints.add(regex("a", "sampling_params[3].regex"));
  constraints.add(first);
  REQUIRE(constraints.next());
  CHECK(*constraints.next() ==
        model::constraint_source{model::constraint_kind::regex, "a", "sampling_params[0].regex"});
  const auto of_a = some_grammar();
  constraints.compiled(of_a);
  REQUIRE(constraints.next());
  CHECK(constraints.next()->text == "b");
  const auto of_b = some_grammar();
  constraints.compiled(of_b);
  CHECK(constraints.next() == nullptr);
  CHECK(constraints.grammar(0) == of_a);
  CHECK(constraints.grammar(1) == nullptr);
  CHECK(constraints.grammar(2) == of_b);
  CHECK(constraints.grammar(3) == of_a);
  CHECK(constraints.grammar(4) == of_a);
  CHECK(constraints.param(2) == "sampling_params[2].regex");
}

TEST_CASE("the same text is another constraint as another kind") {
  answer_constraints constraints;
  constraints.add(regex("root"));
  constraints.add(std::make_shared<const net::constraint_field>(
      net::constraint_field{kind::ebnf, "root", "ebnf"}));
  constraints.compiled(some_grammar());
  REQUIRE(constraints.next());
  CHECK(constraints.next()->kind == model::constraint_kind::ebnf);
}

TEST_CASE("a source of the tools' own is a constraint") {
  answer_constraints constraints;
  constraints.add({model::constraint_kind::structural_tag, "{}", "tool_choice"}, std::nullopt);
  REQUIRE(constraints.next());
  CHECK(constraints.next()->param == "tool_choice");
  CHECK(constraints.grammar(0) == nullptr);
  CHECK_FALSE(constraints.loosen());
}

TEST_CASE("a looser source takes the place of one that cannot be compiled, once") {
  answer_constraints constraints;
  constraints.add(
      {model::constraint_kind::structural_tag, "tight", "tool_choice"},
      model::constraint_source{model::constraint_kind::structural_tag, "loose", "tool_choice"});
  CHECK(constraints.next()->text == "tight");
  CHECK(constraints.loosen());
  CHECK(constraints.next()->text == "loose");
  CHECK_FALSE(constraints.loosen());
  const auto grammar = some_grammar();
  constraints.compiled(grammar);
  CHECK(constraints.grammar(0) == grammar);
}

TEST_CASE("what may stand in place of a constraint is compiled after it and is a prompt's own") {
  answer_constraints constraints;
  constraints.add(regex("a"));
  constraints.add_in_place(
      {model::constraint_kind::structural_tag, "tight", "tools"},
      model::constraint_source{model::constraint_kind::structural_tag, "loose", "tools"});
  CHECK(constraints.next()->text == "a");
  CHECK_FALSE(constraints.loosen());
  const auto text = some_grammar();
  constraints.compiled(text);
  CHECK(constraints.next()->text == "tight");
  CHECK(constraints.grammar_in_place(0) == nullptr);
  CHECK(constraints.loosen());
  CHECK(constraints.next()->text == "loose");
  const auto calls = some_grammar();
  constraints.compiled(calls);
  CHECK(constraints.next() == nullptr);
  CHECK(constraints.grammar(0) == text);
  CHECK(constraints.grammar_in_place(0) == calls);
  CHECK(constraints.param(0) == "regex");
}
