#pragma once
// The life of one request for generated text (actors/protocol/session.hpp): encode the prompts,
// check them against the context, compile the constraints, submit the choices, wait for the end.
// Tokens do not pass through it. What it asks for is made by plain functions:
// generation_request.hpp and sequence_plan.hpp.

#include "actors/session/generation_request.hpp"
#include "actors/session/sequence_plan.hpp"
#include "actors/session/session_base.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace hadal::actors {

struct session_start {
  session_links links;
  generation_request generation;
  bool allow_auto_truncate = false;
};

class session final : public session_base {
public:
  session(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
          std::shared_ptr<session_start> start);

private:
  void begin() override;
  void withdraw() override;

  void encode_prompt(std::size_t index);
  void take(std::size_t index, const protocol::encoded_prompt& prompt);
  /// Compiles the constraints that are left, one after the other, then submits.
  void compile_and_submit();
  void compile(std::shared_ptr<const model::constraint_source> source);
  void submit();
  /// Frees the request: the sequences have all that is needed, and may run for hours.
  void forget_request();

  generation_request generation_;
  bool allow_auto_truncate_;
  std::vector<protocol::encoded_prompt> prompts_; // of generation_
  std::size_t prompts_due_ = 0;
  bool submitted_ = false;
  std::shared_ptr<std::atomic<bool>> cancelled_; // tells the compiler to stop
};

} // namespace hadal::actors
