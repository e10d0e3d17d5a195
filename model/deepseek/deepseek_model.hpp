#pragma once
// A DeepSeek V2 / V3 model in a backend: weights, KV cache, and the forward pass over a step.
//
//     x = embed[token]
//     each layer: x = x + attention(rms_norm(x)); x = x + feed_forward(rms_norm(x))
//     logits = rms_norm(x) * head^T, in float32, for the rows that need them

#include "kernels/ops/backend.hpp"
#include "model/config/model_config.hpp"
#include "model/layers/decoder_layer.hpp"
#include "model/layers/expert_hits.hpp"
#include "model/weights/load_jobs.hpp"
#include "model/weights/weight_source.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace hadal::model {

/// The sizes that memory is allocated for.
struct model_limits {
  std::int32_t step_tokens_max = 0;      // rows of one step
  std::int32_t step_sequences_max = 0;   // sequences of one step, and rows with logits
  std::int32_t context_length = 0;       // tokens of one sequence
  std::int32_t page_count = 0;           // KV pages of 64 tokens
  std::int32_t further_cache_layers = 0; // KV layers behind the model's own, which it leaves alone
};

class deepseek_model {
public:
  /// Packs every weight of `source` on `load_threads` threads. Errors: those of
  /// model/layers/packing.hpp; invalid_checkpoint names a missing or wrongly shaped tensor.
  static result<std::unique_ptr<deepseek_model>>
  load(const model_config& config, const weight_source& source,
       std::unique_ptr<kernels::backend> backend, const model_limits& limits, unsigned load_threads,
       const std::function<void(load_progress)>& on_progress);

  /// Enqueues a step, which appends its tokens to the KV cache and computes `logits()` of
  /// step.logit_rows, at most limits().step_sequences_max. What the step names is copied. Failures
  /// are reported by the backend's when_done.
  void forward(const kernels::step_layout& step);

  /// Enqueues logits of further rows of the step that `forward` enqueued last, for instance of every
  /// row of a prompt, block by block. `step` differs from that step in logit_rows alone.
  void further_logits(const kernels::step_layout& step);

  /// Float32 [step_sequences_max, vocab_size] of the backend; row i is that of logit_rows[i] of the
  /// last `forward` or `further_logits`.
  kernels::const_tensor_view logits() const noexcept { return logits_; }

  /// Counts the experts of every step from now on, for benches: a step is then waited for. Called
  /// before the first step; `hits` outlives the model. Errors: out_of_memory.
  result<void> count_experts(expert_hits& hits);

  /// For the logits of `forward`, with a slot for each of limits().step_sequences_max; the model
  /// outlives it. Ids >= `sampled_vocab_size` are never sampled. Errors: out_of_memory.
  result<std::unique_ptr<kernels::sampler>> make_sampler(std::int32_t sampled_vocab_size) {
    return backend_->make_sampler({config_.vocab_size, sampled_vocab_size,
                                   static_cast<std::uint32_t>(limits_.step_sequences_max)});
  }

  const model_config& config() const noexcept { return config_; }
  const model_limits& limits() const noexcept { return limits_; }
  kernels::backend& backend() noexcept { return *backend_; }
  std::string_view backend_name() const noexcept { return backend_->name(); }
  kernels::dtype compute_type() const noexcept { return backend_->options().compute; }

private:
  deepseek_model(const model_config& config, std::unique_ptr<kernels::backend> backend,
                 const model_limits& limits)
    : config_(config), limits_(limits), backend_(std::move(backend)) {}

  result<void> load_weights(const weight_source& source, const kernels::mla_shape& shape,
                            unsigned load_threads,
                            const std::function<void(load_progress)>& on_progress);
  result<void> allocate(const kernels::mla_shape& shape);
  void run(const kernels::step_layout& step, kernels::step_program program,
           const kernels::step_verbs& verbs);
  void run_layers(std::int64_t rows);
  void run_head(kernels::step_extent extent);
  void collect_hits();

  model_config config_;
  model_limits limits_;
  std::unique_ptr<kernels::backend> backend_; // outlives every handle below
  kernels::packed_embedding_ptr embedding_;
  std::vector<decoder_layer> layers_;
  kernels::packed_norm_ptr norm_;
  kernels::packed_linear_ptr head_;
  kernels::rope_table_ptr rope_;
  kernels::kv_cache_ptr cache_;
  layer_scratch scratch_;
  expert_hits* hits_ = nullptr;       // null: experts are not counted
  kernels::tensor_view hit_counts_;   // int32 [layers, experts], of one step
  std::vector<std::int32_t> counts_;  // the same on the host
  kernels::tensor_view residual_;     // [step_tokens_max, hidden_size]
  kernels::tensor_view delta_;        // [step_tokens_max, hidden_size]
  kernels::tensor_view end_residual_; // [step_sequences_max, hidden_size]
  kernels::tensor_view end_delta_;    // [step_sequences_max, hidden_size]
  kernels::tensor_view logits_;       // float32 [step_sequences_max, vocab_size]
};

} // namespace hadal::model
