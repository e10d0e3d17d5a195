#pragma once
// The actor around model/grammar (actors/protocol/grammar.hpp).

#include "actors/protocol/grammar.hpp"
#include "actors/runtime/actor_base.hpp"
#include "model/grammar/grammar_cache.hpp"

#include <memory>

namespace hadal::actors {

class grammar final : public runtime::actor_base<protocol::grammar_actor> {
public:
  /// Null with --skip-tokenizer-init: then nothing can be compiled.
  grammar(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
          std::shared_ptr<const model::token_vocabulary> vocabulary);

  const char* name() const override { return "grammar"; }
  behavior_type make_behavior() override;

private:
  protocol::grammar_answer on(const protocol::compile_grammar& m);
  protocol::step_masks on(const protocol::fill_masks& m);

  std::shared_ptr<const model::token_vocabulary> vocabulary_;
  model::grammar_cache cache_;
};

} // namespace hadal::actors
