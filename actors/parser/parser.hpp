#pragma once
// The actor around choice_output (actors/protocol/parser.hpp).

#include "actors/parser/choice_output.hpp"
#include "actors/protocol/parser.hpp"
#include "actors/protocol/scheduler.hpp"
#include "actors/runtime/actor_base.hpp"

#include <map>
#include <memory>
#include <unordered_map>

namespace hadal::actors {

class parser final : public runtime::actor_base<protocol::parser_actor> {
public:
  /// `vocabulary` may be null.
  parser(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
         std::shared_ptr<const model::tokenizer> vocabulary);

  const char* name() const override { return "parser"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void on(const protocol::step_tokens& m);
  void on(const protocol::forget_sequences& m);
  protocol::sequence_delta parse(choice_output& choice, const protocol::sequence_tokens& tokens);

  std::shared_ptr<const model::tokenizer> vocabulary_;
  /// A choice, and the scheduler that it ends with.
  struct parsed_choice {
    choice_output output;
    caf::actor_addr scheduler;
  };

  std::unordered_map<sequence_id, parsed_choice> choices_;
};

} // namespace hadal::actors
