#pragma once
// One token stream of the scheduler: its prompt, what it has emitted, what has been planned ahead
// of the results, its slot and pages. Invariants: planned_len <= total_len(); pages cover
// planned_len; a sequence holds a slot and pages exactly while it is in the running set.

#include "actors/protocol/scheduler.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace hadal::actors {

struct sequence {
  protocol::sequence_spec spec;
  request_id request{};

  std::vector<token_id> output_ids; // emitted tokens, in order
  std::uint32_t pending = 0;        // samples planned whose results are still out
  std::uint32_t held = 0;           // of those: sampled, but not to be given out yet
  std::int32_t planned_len =
      0; // tokens whose forward is planned (all of them done once pending is 0)
  std::vector<page_id> pages;
  std::uint32_t slot = 0;
  bool running = false;
  bool slot_opened = false; // the executor knows the slot's state
  bool parser_opened = false;
  // Scored are the prompt's tokens up to here: as far as steps are planned, as far as results are
  // in. A token is scored once: preemption does not bring them back. `scores` leave with the first
  // token.
  std::int32_t scored_planned = 0;
  std::int32_t scored_done = 0;
  std::vector<model::scored_token> scores;
  std::shared_ptr<model::constrained_output> constrained; // under a grammar, else null
  std::vector<token_id> untold_ids; // emitted tokens that `constrained` has not been told
  std::int64_t credit = 0; // tokens that may still be planned before the client has to read

  std::int32_t prompt_len() const noexcept {
    return static_cast<std::int32_t>(spec.prompt_ids->size());
  }
  /// Prompt, emitted tokens and tokens being sampled.
  std::int32_t total_len() const noexcept {
    return prompt_len() + static_cast<std::int32_t>(output_ids.size() + pending);
  }
  /// Completion tokens planned or emitted.
  std::int32_t output_len() const noexcept {
    return static_cast<std::int32_t>(output_ids.size() + pending);
  }
  /// True when no token is sampled: only the prompt's scores are asked for, if anything.
  bool prompt_only() const noexcept { return spec.max_tokens == 0; }
  /// Tokens whose forward is needed: nothing depends on the last one of a prompt that is only
  /// scored.
  std::int32_t target_len() const noexcept {
    return prompt_only() ? prompt_len() - 1 : total_len();
  }
  bool wants_step() const noexcept {
    return (prompt_only() || output_len() < spec.max_tokens) && credit > 0 && held == 0 &&
           planned_len < target_len();
  }
  bool all_scored() const noexcept { return scored_done == prompt_len(); }
  /// The token at this position, when the host knows it.
  token_id token_at(std::int32_t position) const noexcept {
    return position < prompt_len() ? (*spec.prompt_ids)[static_cast<std::size_t>(position)]
                                   : output_ids[static_cast<std::size_t>(position - prompt_len())];
  }
};

} // namespace hadal::actors
