#include "actors/grammar/grammar.hpp"

namespace hadal::actors {

using namespace protocol;

grammar::grammar(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
                 std::shared_ptr<const model::token_vocabulary> vocabulary)
  : actor_base(cfg, env, pinned), vocabulary_(std::move(vocabulary)) {}

grammar::behavior_type grammar::make_behavior() {
  return {[this](const compile_grammar& m) { return on(m); },
          [this](const fill_masks& m) { return on(m); }};
}

grammar_answer grammar::on(const compile_grammar& m) {
  if (!vocabulary_)
    return {nullptr, error{error_code::invalid_request,
                           "a grammar needs text, and the server runs without a tokenizer "
                           "(--skip-tokenizer-init)",
                           m.source->param}};
  if (auto known = cache_.find(*m.source))
    return {std::move(known), std::nullopt};
  model::compile_budget budget(limits::grammar_compile_steps_max, m.cancelled);
  auto compiled = model::compile_constraint(*m.source, vocabulary_, budget);
  if (!compiled)
    return {nullptr, compiled.error()};
  cache_.add(*m.source, *compiled);
  return {std::move(*compiled), std::nullopt};
}

step_masks grammar::on(const fill_masks& m) {
  auto masks = std::make_shared<std::vector<row_mask>>();
  for (const auto& row : *m.rows) {
    const auto advance = [&]() -> result<kernels::token_mask_ptr> {
      for (const auto id : row.tokens)
        HADAL_TRY(row.state->accept(id));
      return row.state->mask();
    };
    auto mask = advance();
    if (mask)
      masks->push_back({row.sequence, std::move(*mask), std::nullopt});
    else
      masks->push_back({row.sequence, nullptr, mask.error()});
  }
  return {m.step, std::move(masks)};
}

} // namespace hadal::actors
