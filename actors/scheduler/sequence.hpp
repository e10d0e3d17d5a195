#pragma once
// One token stream of the scheduler: its prompt, emitted tokens, what is planned ahead of results,
// its slot and pages. Invariants: planned_len <= total_len(); pages cover planned_len; a sequence
// holds a slot and pages exactly while it is in the running set.

#include "actors/protocol/scheduler.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

namespace hadal::actors {

/// An event for a parser.
struct planner_event {
  protocol::parser_actor parser;
  protocol::sequence_tokens tokens;
};

struct sequence {
  sequence(request_id of, const protocol::sequence_spec& wanted);

  protocol::sequence_spec spec;
  request_id request{};

  std::vector<token_id> output_ids; // emitted tokens, in order
  std::uint32_t pending = 0;        // tokens planned, or sampled and held back
  std::uint32_t held = 0;           // of those: sampled, but held back
  // Tokens whose forward is planned (all of them done once pending is 0).
  std::int32_t planned_len = 0;
  std::vector<page_id> pages;
  std::uint32_t pages_told = 0; // of those, the first ones that the executor knows
  std::uint32_t slot = 0;
  bool running = false;
  bool slot_opened = false; // the executor knows the slot's state
  bool parser_opened = false;
  // Prompt tokens are scored up to here: in planned steps, and in results. Each token is scored
  // once, also after preemption. `scores` are sent with the first token.
  std::int32_t scored_planned = 0;
  std::int32_t scored_done = 0;
  std::vector<model::scored_token> scores;
  std::shared_ptr<model::constrained_output> constrained; // null: no grammar
  std::vector<token_id> untold_ids; // emitted tokens that `constrained` has not taken
  std::int64_t credit = 0;          // tokens that may be planned before the client reads

  // -- lengths --------------------------------------------------------------------

  std::int32_t prompt_len() const noexcept {
    return static_cast<std::int32_t>(spec.prompt_ids->size());
  }
  /// Prompt and emitted tokens: those that the host knows.
  std::int32_t known_len() const noexcept {
    return prompt_len() + static_cast<std::int32_t>(output_ids.size());
  }
  /// Prompt, emitted tokens and tokens being sampled.
  std::int32_t total_len() const noexcept {
    return known_len() + static_cast<std::int32_t>(pending);
  }
  /// Completion tokens planned or emitted.
  std::int32_t output_len() const noexcept { return total_len() - prompt_len(); }
  /// True if no token is sampled: only scores of the prompt may be requested.
  bool prompt_only() const noexcept { return spec.max_tokens == 0; }
  /// Tokens whose forward is needed: all, except the last token of a prompt that is only
  /// scored.
  std::int32_t target_len() const noexcept {
    return prompt_only() ? prompt_len() - 1 : total_len();
  }
  /// Tokens that the next step may extend it by; 0 if it must not be in that step.
  std::int32_t wanted_len() const noexcept {
    const bool may = (prompt_only() || output_len() < spec.max_tokens) && credit > 0 && held == 0;
    return may ? target_len() - planned_len : 0;
  }
  bool all_scored() const noexcept { return scored_done == prompt_len(); }
  /// The token at this position, which the host must know.
  token_id token_at(std::int32_t position) const noexcept {
    return position < prompt_len() ? (*spec.prompt_ids)[static_cast<std::size_t>(position)]
                                   : output_ids[static_cast<std::size_t>(position - prompt_len())];
  }

  // -- results --------------------------------------------------------------------

  /// The next event of the sequence, still without tokens. The first one has the parser's
  /// output_spec and the prompt's scores.
  planner_event next_event();

  /// The event that ends the sequence with a failure.
  planner_event failed_event(const error& failure);

  /// Takes a pending token. `out.finish` is set if it ends the sequence.
  void take(const model::sampled_token& token, protocol::sequence_tokens& out);

  /// Takes the scores of further prompt tokens.
  void take(const model::prompt_scores& more);
};

using sequence_list = std::list<sequence>;

/// What a sequence ends with whose logits hold NaN or infinity.
error not_finite();

} // namespace hadal::actors
