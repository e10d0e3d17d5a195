#include "tests/model/grammar/grammar_text.hpp"

namespace hadal::model::testing {

std::shared_ptr<const token_vocabulary> make_vocabulary(const std::vector<std::string>& words,
                                                        std::string_view alphabet) {
  std::vector<std::pair<token_id, std::string>> tokens;
  const auto add = [&](std::string text) {
    tokens.emplace_back(static_cast<token_id>(tokens.size()), std::move(text));
  };
  for (int byte = 0; byte < 256; ++byte)
    add(std::string(1, static_cast<char>(byte)));
  for (const auto& word : words)
    add(word);
  for (const char a : alphabet)
    for (const char b : alphabet)
      add({a, b});
  const auto size = tokens.size();
  return std::make_shared<const token_vocabulary>(std::move(tokens), size);
}

result<compiled_grammar_ptr> compile(grammar_rules& rules,
                                     std::shared_ptr<const token_vocabulary> vocabulary) {
  compile_budget budget;
  HADAL_TRY_ASSIGN(automaton, compile_rules(rules, budget));
  return std::make_shared<compiled_grammar>(std::move(automaton), std::move(vocabulary));
}

result<compiled_grammar_ptr> compile_schema(std::string_view schema,
                                            std::shared_ptr<const token_vocabulary> vocabulary) {
  HADAL_TRY_ASSIGN(value, parse_json_value(schema, number_spelling::as_written));
  grammar_rules rules;
  compile_budget budget;
  json_text json(rules, budget);
  HADAL_TRY_ASSIGN(root, add_json_schema(json, std::move(value)));
  rules.set_root(root);
  return compile(rules, std::move(vocabulary));
}

result<compiled_grammar_ptr> compile_schema(std::string_view schema) {
  static const auto bytes = make_vocabulary();
  return compile_schema(schema, bytes);
}

bool takes(const compiled_grammar_ptr& grammar, std::string_view text) {
  grammar_matcher matcher(grammar);
  return matcher.accept_bytes(text).has_value() && matcher.may_end();
}

std::size_t wrong_masks(const compiled_grammar_ptr& grammar, std::string_view text) {
  const auto& vocabulary = grammar->vocabulary();
  grammar_matcher matcher(grammar);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    kernels::token_mask mask(vocabulary.size());
    if (!matcher.fill(mask))
      return wrong + 1;
    bool right = true;
    for (token_id id = 0; id < static_cast<token_id>(vocabulary.size()); ++id) {
      grammar_matcher other = matcher;
      right = right && mask.allows(id) == other.accept(id).has_value();
    }
    wrong += right ? 0 : 1;
    if (i < text.size() && !matcher.accept_bytes(text.substr(i, 1)))
      return wrong + 1;
  }
  return wrong;
}

} // namespace hadal::model::testing
