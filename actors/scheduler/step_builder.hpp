#pragma once
// Builds one step: which sequences it extends by how many tokens, the rows that are sampled or
// scored, and the rows that wait for a mask. Decode rows come first, one a sequence; prompt chunks
// share what is left. A builder is used once.

#include "actors/scheduler/sequence.hpp"
#include "actors/scheduler/step_outbox.hpp"

#include <memory>
#include <vector>

namespace hadal::actors {

/// What the planner remembers of a step until its result is in.
struct step_record {
  step_id id{};
  std::vector<sequence_id> sampled; // those that are sampled, in the order of sample_result::runs
  std::vector<sequence_id> scored;  // likewise of sample_result::scores
};

struct built_step {
  std::shared_ptr<model::forward_batch> forward;
  // May hold no sequence: prefill chunks that end before the prompt does.
  std::shared_ptr<model::sample_batch> sample;
  std::vector<step_outbox::masked_row> masked;
  step_record record;
};

class step_builder {
public:
  step_builder(step_id id, std::size_t sequences_max);

  /// Extends what can continue: at most `tokens_max` rows, of those at most `prompt_tokens_max` of
  /// sequences with more than one token to go. Their pages must be secured.
  void fill(sequence_list& running, std::int64_t tokens_max, std::int64_t prompt_tokens_max);

  /// Extends one sequence by `count` tokens and notes them in it as planned.
  void extend(sequence& s, std::int32_t count);

  bool empty() const noexcept { return built_.forward->sequences.empty(); }

  built_step finish() && { return std::move(built_); }

private:
  void tell_pages(sequence& s, std::int32_t tokens);
  void score(sequence& s, model::sequence_extend& e);
  void sample(sequence& s, const model::sequence_extend& e);

  built_step built_;
  std::uint32_t logit_rows_ = 0;
};

} // namespace hadal::actors
