#pragma once
// What a shard runs, and all that it knows of a model: a step is the two calls `forward` and
// `sample`. Implementations: the DeepSeek forward over a backend, `null_executor` (pseudo-random
// tokens at no cost), scripted ones in tests. The caller orders calls; an executor is used by one
// thread at a time.
//
// Slots. A running sequence holds one of `max_running_requests` slots. Sampled tokens stay with the
// executor, by slot: the next step refers to "what was sampled last for this slot" instead of a
// value, so that step k+1 can be enqueued before the host has seen the tokens of step k. The result
// of a step comes by callback, so that no thread waits for a device.
//
// Pages. The executor keeps the page table of every slot (model/kv_cache/page_tables.hpp), so that
// the size of a step depends on its rows alone, not on the length of contexts: a step carries the
// grants of the pages that its rows are the first to need. A slot's table begins anew with a grant
// of entry 0, and with nothing else.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "kernels/ops/sampling.hpp"
#include "model/kv_cache/page_tables.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace hadal::model {

// The records of sampling belong to the backend that samples; the steps of every executor carry
// them, and have these names of them.
using kernels::prompt_scores;
using kernels::sampled_run;
using kernels::sampled_token;
using kernels::sampling_params;
using kernels::scored_token;
using kernels::sequence_sample;
using kernels::slot_state;
using kernels::slot_state_ptr;
using kernels::thinking_budget;
using kernels::thinking_tokens;
using kernels::token_logprob;

/// One sequence's tokens in one forward.
struct sequence_extend {
  std::uint32_t slot = 0;
  std::int32_t cached_len = 0; // tokens whose KV exists; position of the first token of this extend
  std::int32_t extend_len = 0; // tokens that this step adds, >= 1
  std::int32_t given_len =
      0; // the first of them: forward_batch::token_ids[token_begin, +given_len)
  std::uint32_t token_begin =
      0; // the rest, at the end, are those that were sampled last for the slot
  std::int32_t logit_rows =
      0; // the last rows of the extend, which go through lm_head: to be sampled

  // Prompt tokens at positions [scored_begin, scored_end) are scored, each by the logits of the
  // position before it: cached_len < scored_begin, scored_end <= cached_len + extend_len + 1.
  std::int32_t scored_begin = 0; // equal: none
  std::int32_t scored_end = 0;
  std::int32_t scored_top = 0; // number of most likely tokens reported with each
  token_id next_token = -1;    // the id at position cached_len + extend_len, where it is scored
};

struct forward_batch {
  step_id id{};
  std::vector<sequence_extend> sequences;
  std::vector<token_id> token_ids; // those that the host gives
  // Made before the rows run; with them the table of each sequence covers cached_len + extend_len.
  std::vector<page_grant> grants;
};
using forward_batch_ptr = std::shared_ptr<const forward_batch>;

/// The token at `position` that `e`, one of the batch's sequences, scores.
inline token_id scored_token_id(const forward_batch& batch, const sequence_extend& e,
                                std::int32_t position) {
  const std::int32_t i = position - e.cached_len;
  return i == e.extend_len ? e.next_token
                           : batch.token_ids[e.token_begin + static_cast<std::uint32_t>(i)];
}

struct sample_batch {
  step_id id{}; // the forward whose logits are sampled
  /// A row counts the forward's logit rows, in order.
  std::vector<sequence_sample> sequences;
};
using sample_batch_ptr = std::shared_ptr<const sample_batch>;

struct sample_result {
  step_id id{};
  std::vector<sampled_run> runs; // one per sample_batch::sequences, in order
  std::vector<sampled_token> tokens;
  std::vector<prompt_scores> scores; // one per sequence_extend with scored tokens, in order
};

/// The tokens of one of the result's runs.
inline std::span<const sampled_token> tokens_of(const sample_result& result,
                                                const sampled_run& run) {
  return std::span(result.tokens).subspan(run.token_begin, run.token_count);
}

/// The properties of an executor that the scheduler plans with.
struct executor_info {
  std::int32_t vocab_size = 0;       // rows of lm_head; ids >= this never appear
  std::int32_t context_length = 0;   // tokens of one sequence at most
  std::int32_t page_count = 0;       // pages in the KV pool
  std::uint32_t slot_count = 0;      // sequences that can run at once
  std::int32_t max_step_tokens = 0;  // tokens of one forward at most: workspaces are sized for it
  std::string_view backend = "none"; // shown to people: "avx2", "scalar", ...
  std::string_view dtype = "none";   // likewise: the compute dtype
  bool takes_masks = true;           // token masks and budgets have an effect; false: scripted
};

/// Takes what a step sampled, or the failure of the step. It must not block, throw or call the
/// executor.
using sampled_callback = std::function<void(result<sample_result>)>;

class step_executor {
public:
  /// Waits for the device: every `done` has been called when the destructor returns.
  virtual ~step_executor() = default;

  virtual const executor_info& info() const noexcept = 0;

  /// Runs one forward, or enqueues it; the logits of its logit rows stay inside until `sample` of
  /// the same id. Errors: internal, out_of_memory; the device may report a failure only in
  /// `done`. After a failure every further step fails, and the executor can only be destroyed.
  virtual result<void> forward(const forward_batch& batch) = 0;

  /// Samples the rows of the last forward. `done` is called exactly once, in the order of steps: on
  /// a CPU before `sample` returns, else from any thread. Errors in `done`: as `forward`.
  virtual void sample(const sample_batch& batch, sampled_callback done) = 0;
};

} // namespace hadal::model
