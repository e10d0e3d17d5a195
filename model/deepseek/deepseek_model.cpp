#include "model/deepseek/deepseek_model.hpp"

#include "base/assert.hpp"

namespace hadal::model {

result<void> deepseek_model::feed_forward(const decoder_layer& layer, kernels::tensor_view residual,
                                          kernels::tensor_view delta) {
  run_feed_forward(*backend_, layer, scratch_, residual, delta);
  if (hits_ == nullptr || !layer.moe)
    return {};
  HADAL_TRY_ASSIGN(ids, backend_->read(scratch_.moe.ids.row_range(0, residual.rows)));
  chosen_.clear();
  for (std::int64_t row = 0; row < ids.rows; ++row)
    chosen_.insert(chosen_.end(), ids.row<std::int32_t>(row),
                   ids.row<std::int32_t>(row) + config_.num_experts_per_tok);
  hits_->add_layer(chosen_);
  return {};
}

result<kernels::const_tensor_view>
deepseek_model::forward(const kernels::step_layout& step,
                        std::span<const std::int32_t> logit_rows) {
  const std::int64_t rows = step.rows();
  HADAL_ASSERT(rows > 0 && rows <= limits_.step_tokens_max);
  const kernels::tensor_view residual = residual_.row_range(0, rows);
  const kernels::tensor_view delta = delta_.row_range(0, rows);

  backend_->begin_step(step);
  backend_->embed(*embedding_, residual);
  const attention_context context{*rope_, *cache_};
  for (const decoder_layer& layer : layers_) {
    run_attention(*backend_, layer, context, scratch_, layer.index > 0, residual, delta);
    if (layer.index + 1 < config_.num_hidden_layers)
      HADAL_TRY(feed_forward(layer, residual, delta));
  }
  HADAL_TRY_ASSIGN(logits, finish_rows(rows, logit_rows));
  HADAL_TRY(backend_->end_step());
  return backend_->read(logits);
}

result<kernels::const_tensor_view>
deepseek_model::further_logits(const kernels::step_layout& step,
                               std::span<const std::int32_t> logit_rows) {
  backend_->begin_step(step);
  HADAL_TRY_ASSIGN(logits, finish_rows(step.rows(), logit_rows));
  HADAL_TRY(backend_->end_step());
  return backend_->read(logits);
}

/// Once the last layer's keys are stored, only rows that need logits are computed further. Reads
/// `residual_` and `delta_` of the step without changing them, so that more rows can follow.
result<kernels::tensor_view> deepseek_model::finish_rows(std::int64_t rows,
                                                         std::span<const std::int32_t> logit_rows) {
  const auto ends = static_cast<std::int64_t>(logit_rows.size());
  HADAL_ASSERT(ends <= limits_.step_sequences_max);
  const kernels::tensor_view logits = logits_.row_range(0, ends);
  if (ends == 0)
    return logits;
  const kernels::tensor_view end_residual = end_residual_.row_range(0, ends);
  const kernels::tensor_view end_delta = end_delta_.row_range(0, ends);
  backend_->gather_rows(residual_.row_range(0, rows), logit_rows, end_residual);
  backend_->gather_rows(delta_.row_range(0, rows), logit_rows, end_delta);
  HADAL_TRY(feed_forward(layers_.back(), end_residual, end_delta));
  const kernels::tensor_view hidden = scratch_.normed.row_range(0, ends);
  backend_->add_rms_norm(end_residual, end_delta, *norm_, static_cast<float>(config_.rms_norm_eps),
                         hidden);
  backend_->logits(hidden, *head_, logits);
  return logits;
}

} // namespace hadal::model
