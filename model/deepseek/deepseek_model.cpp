#include "model/deepseek/deepseek_model.hpp"

#include "base/assert.hpp"
#include "kernels/ops/wait.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

constexpr kernels::step_program whole_step{1};
constexpr kernels::step_program head_alone{2};

} // namespace

void deepseek_model::forward(const kernels::step_layout& step) {
  HADAL_ASSERT(step.rows() > 0 && step.rows() <= limits_.step_tokens_max);
  run(step, whole_step, [this](kernels::step_extent extent) {
    run_layers(extent.rows);
    run_head(extent);
  });
}

void deepseek_model::further_logits(const kernels::step_layout& step) {
  run(step, head_alone, [this](kernels::step_extent extent) { run_head(extent); });
}

void deepseek_model::run(const kernels::step_layout& step, kernels::step_program program,
                         const kernels::step_verbs& verbs) {
  HADAL_ASSERT(step.logit_rows.size() <= static_cast<std::size_t>(limits_.step_sequences_max));
  backend_->run_step(step, program, verbs);
  if (hits_ != nullptr)
    collect_hits();
}

/// Everything up to the last layer's attention, which stores the last keys.
void deepseek_model::run_layers(std::int64_t rows) {
  const kernels::tensor_view residual = residual_.row_range(0, rows);
  const kernels::tensor_view delta = delta_.row_range(0, rows);
  backend_->embed(*embedding_, residual);
  const attention_context context{*rope_, *cache_};
  for (const decoder_layer& layer : layers_) {
    run_attention(*backend_, layer, context, scratch_, layer.index > 0, residual, delta);
    if (layer.index + 1 < config_.num_hidden_layers)
      run_feed_forward(*backend_, layer, scratch_, residual, delta);
  }
}

/// The rest, for the rows that need logits alone. Reads `residual_` and `delta_` of the step without
/// changing them, so that more rows can follow.
void deepseek_model::run_head(kernels::step_extent extent) {
  const std::int64_t ends = extent.logit_rows;
  if (ends == 0)
    return;
  const kernels::tensor_view residual = end_residual_.row_range(0, ends);
  const kernels::tensor_view delta = end_delta_.row_range(0, ends);
  backend_->gather_logit_rows(residual_.row_range(0, extent.rows), residual);
  backend_->gather_logit_rows(delta_.row_range(0, extent.rows), delta);
  run_feed_forward(*backend_, layers_.back(), scratch_, residual, delta);
  const kernels::tensor_view hidden = scratch_.normed.row_range(0, ends);
  backend_->add_rms_norm(residual, delta, *norm_, static_cast<float>(config_.rms_norm_eps), hidden);
  backend_->logits(hidden, *head_, logits_.row_range(0, ends));
}

result<void> deepseek_model::count_experts(expert_hits& hits) {
  HADAL_TRY_ASSIGN(counts, backend_->allocate(kernels::dtype::int32, config_.num_hidden_layers,
                                              config_.n_routed_experts));
  hit_counts_ = counts;
  counts_.resize(static_cast<std::size_t>(counts.rows * counts.cols));
  for (decoder_layer& layer : layers_)
    if (layer.moe)
      layer.moe->hits = hit_counts_.row_range(layer.index, 1);
  hits_ = &hits;
  return {};
}

void deepseek_model::collect_hits() {
  backend_->read(hit_counts_, counts_.data());
  if (!kernels::wait(*backend_))
    return; // the step has failed, and its own when_done says so
  const auto experts = static_cast<std::size_t>(hit_counts_.cols);
  for (const decoder_layer& layer : layers_)
    if (layer.moe)
      hits_->add_layer(
          std::span(counts_).subspan(static_cast<std::size_t>(layer.index) * experts, experts));
  std::fill(counts_.begin(), counts_.end(), 0);
  backend_->write(hit_counts_, counts_.data());
}

} // namespace hadal::model
