#include "actors/session/answer_forms.hpp"

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
  answer_forms forms;
  const auto first = regex("a", "sampling_params[0].regex");
  forms.add(first);
  forms.add(nullptr);
  forms.add(regex("b", "sampling_params[2].regex"));
  forms.add(regex("a", "sampling_params[3].regex"));
  forms.add(first);
  REQUIRE(forms.next());
  CHECK(*forms.next() ==
        model::constraint_source{model::constraint_kind::regex, "a", "sampling_params[0].regex"});
  const auto of_a = some_grammar();
  forms.compiled(of_a);
  REQUIRE(forms.next());
  CHECK(forms.next()->text == "b");
  const auto of_b = some_grammar();
  forms.compiled(of_b);
  CHECK(forms.next() == nullptr);
  CHECK(forms.grammar(0) == of_a);
  CHECK(forms.grammar(1) == nullptr);
  CHECK(forms.grammar(2) == of_b);
  CHECK(forms.grammar(3) == of_a);
  CHECK(forms.grammar(4) == of_a);
  CHECK(forms.param(2) == "sampling_params[2].regex");
}

TEST_CASE("the same text is another form as another kind") {
  answer_forms forms;
  forms.add(regex("root"));
  forms.add(std::make_shared<const net::constraint_field>(
      net::constraint_field{kind::ebnf, "root", "ebnf"}));
  forms.compiled(some_grammar());
  REQUIRE(forms.next());
  CHECK(forms.next()->kind == model::constraint_kind::ebnf);
}

TEST_CASE("a source of the tools' own is a form") {
  answer_forms forms;
  forms.add({model::constraint_kind::structural_tag, "{}", "tool_choice"}, std::nullopt);
  REQUIRE(forms.next());
  CHECK(forms.next()->param == "tool_choice");
  CHECK(forms.grammar(0) == nullptr);
  CHECK_FALSE(forms.loosen());
}

TEST_CASE("a looser source takes the place of one that cannot be compiled, once") {
  answer_forms forms;
  forms.add(
      {model::constraint_kind::structural_tag, "tight", "tool_choice"},
      model::constraint_source{model::constraint_kind::structural_tag, "loose", "tool_choice"});
  CHECK(forms.next()->text == "tight");
  CHECK(forms.loosen());
  CHECK(forms.next()->text == "loose");
  CHECK_FALSE(forms.loosen());
  const auto grammar = some_grammar();
  forms.compiled(grammar);
  CHECK(forms.grammar(0) == grammar);
}

TEST_CASE("what may stand in place of a form is compiled after it and is a prompt's own") {
  answer_forms forms;
  forms.add(regex("a"));
  forms.add_in_place(
      {model::constraint_kind::structural_tag, "tight", "tools"},
      model::constraint_source{model::constraint_kind::structural_tag, "loose", "tools"});
  CHECK(forms.next()->text == "a");
  CHECK_FALSE(forms.loosen());
  const auto text = some_grammar();
  forms.compiled(text);
  CHECK(forms.next()->text == "tight");
  CHECK(forms.grammar_in_place(0) == nullptr);
  CHECK(forms.loosen());
  CHECK(forms.next()->text == "loose");
  const auto calls = some_grammar();
  forms.compiled(calls);
  CHECK(forms.next() == nullptr);
  CHECK(forms.grammar(0) == text);
  CHECK(forms.grammar_in_place(0) == calls);
  CHECK(forms.param(0) == "regex");
}
