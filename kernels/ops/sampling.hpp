#pragma once
// Sampling by slot, where the logits are: what the host says of a sequence and of its rows, and
// what it gets back. A slot keeps the sampling state of a sequence: parameters, seed, history if
// there are penalties, the used part of the thinking budget, the token sampled last. A result
// depends only on the slot's state, its row and output_index, never on other slots.

#include "base/error.hpp"
#include "base/ids.hpp"
#include "kernels/core/tensor_view.hpp"
#include "kernels/ops/sampling_params.hpp"
#include "kernels/ops/token_mask.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace hadal::kernels {

/// What sampling needs to know of a sequence that takes a slot.
struct slot_state {
  sampling_params params;
  std::uint64_t seed = 0; // stream of this choice, already mixed from (request seed, choice index)
  std::shared_ptr<const std::vector<token_id>> prompt_ids; // not null
  std::vector<token_id> output_ids; // tokens already emitted (after preemption or replay)
};
using slot_state_ptr = std::shared_ptr<const slot_state>;

struct sequence_sample {
  std::uint32_t slot = 0;
  std::uint32_t first_row = 0;   // of the sequence's rows of the logits, which follow each other
  std::int32_t output_index = 0; // 0 for the first completion token; position in the random stream
  slot_state_ptr open; // not null: the slot is taken (again) with this state before sampling
  std::vector<token_mask_ptr> masks; // none, or one a row: only these tokens may be sampled
};

struct token_logprob {
  token_id id = 0;
  float logprob = 0.0f;
};

struct sampled_token {
  token_id id = 0;
  float logprob = 0.0f;           // of the model's distribution; 0 unless requested
  std::vector<token_logprob> top; // the requested most likely tokens, best first
  bool nonfinite = false; // the logits held NaN or +inf: the sequence must fail, id is meaningless
  std::shared_ptr<const error> failure; // not null: the sequence must fail so, id is meaningless
  std::uint32_t delay_us = 0;           // delay after the previous token before it is sent
};

/// What was sampled for one sequence: tokens [token_begin, +token_count) of the step, one token at
/// least and at most one a logit row.
struct sampled_run {
  std::uint32_t slot = 0;
  std::uint32_t token_begin = 0;
  std::uint32_t token_count = 0;
};

/// A prompt token to score by a row of logits, that of the position before it.
struct scored_row {
  std::uint32_t row = 0;      // of the logits
  token_id id = 0;            // the prompt's token
  std::int32_t top = 0;       // number of most likely tokens reported with it
  std::uint32_t sequence = 0; // index among the step's scored sequences
};

/// A token of a prompt with the probability that the model gave it.
struct scored_token {
  token_id id = 0;
  std::optional<float> logprob; // of the model's own distribution; none for a prompt's first token
  std::vector<token_logprob> top; // the most likely tokens in its place, best first
};

struct prompt_scores {
  std::uint32_t slot = 0;
  std::vector<scored_token> tokens; // in the prompt's order
  bool nonfinite = false;           // as in sampled_token; `tokens` is meaningless
};

struct sampler_shape {
  std::int32_t vocab_size = 0;         // columns of logits
  std::int32_t sampled_vocab_size = 0; // ids from here on are never sampled
  std::uint32_t slots = 0;
};

/// Made by `backend::make_sampler` for rows of float32 logits of that backend, which must outlive
/// it. Calls are in order with the backend's verbs; what they are given is copied before they
/// return, except the lists that they fill, which belong to the backend until its `when_done`.
class sampler {
public:
  sampler(const sampler&) = delete;
  sampler& operator=(const sampler&) = delete;
  virtual ~sampler() = default;

  /// Samples for each sequence's slot, opened before or by its `open`, and stores the token with the
  /// slot: `embed` finds it there. Appends to `runs` and `tokens` in the order of `sequences`. A row
  /// that is no distribution gives `nonfinite`; the slot's token is then 0, without meaning.
  virtual void sample(const_tensor_view logits, std::span<const sequence_sample> sequences,
                      std::vector<sampled_run>& runs, std::vector<sampled_token>& tokens) = 0;

  /// Appends the score of each row to out[sequence].tokens. A row that is no distribution sets
  /// out[sequence].nonfinite.
  virtual void score(const_tensor_view logits, std::span<const scored_row> rows,
                     std::vector<prompt_scores>& out) = 0;

protected:
  sampler() = default;
};

} // namespace hadal::kernels
