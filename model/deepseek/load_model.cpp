#include "base/log.hpp"
#include "model/deepseek/deepseek_model.hpp"
#include "model/layers/packing.hpp"
#include "model/layers/rope_parameters.hpp"
#include "model/layers/shapes.hpp"
#include "model/weights/formats/weight_formats.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

std::uint64_t stored_bytes(const weight_source& source, const std::string& name) {
  const auto info = source.info(name);
  if (!info)
    return 0;
  std::uint64_t bytes = element_bytes(info->dtype);
  for (const std::int64_t length : info->shape)
    bytes *= static_cast<std::uint64_t>(length);
  return bytes;
}

/// A job over the tensors of the modules that `run` will load.
load_job make_job(const weight_source& source, std::string name, const model_config& config,
                  const std::vector<weight_module>& modules, std::function<result<void>()> run) {
  load_job job;
  job.name = std::move(name);
  std::vector<std::string> names;
  for (expected_tensor& tensor : weight_formats(config, true).expect(modules))
    names.push_back(std::move(tensor.name));
  for (const std::string& tensor : names)
    job.bytes += stored_bytes(source, tensor);
  job.prefetch = [&source, names = std::move(names)] {
    for (const std::string& tensor : names)
      source.prefetch(tensor);
  };
  job.run = std::move(run);
  return job;
}

void say_what_happens_to_mtp(const weight_source& source, const model_config& config) {
  if (config.num_nextn_predict_layers == 0)
    return;
  const std::string name = fmt::format("model.layers.{}.eh_proj.weight", config.num_hidden_layers);
  if (source.has(name))
    log::info("checkpoint holds an MTP layer: it is not used");
  else
    log::info("config announces an MTP layer that the checkpoint does not hold");
}

} // namespace

result<void> deepseek_model::load_weights(const weight_source& source,
                                          const kernels::mla_shape& shape, unsigned load_threads,
                                          const std::function<void(load_progress)>& on_progress) {
  std::vector<load_job> jobs;
  const outer_modules outer = modules_outside_layers(config_);
  const auto load_outer = [&]() -> result<void> {
    HADAL_TRY_ASSIGN(embedding, load_embedding(*backend_, source, outer.embedding));
    HADAL_TRY_ASSIGN(norm, load_norm(*backend_, source, outer.norm));
    HADAL_TRY_ASSIGN(head, load_head(*backend_, source, outer));
    embedding_ = std::move(embedding);
    norm_ = std::move(norm);
    head_ = std::move(head);
    return {};
  };
  jobs.push_back(make_job(source, "the embedding and the head", config_, outer.all(), load_outer));
  layers_.resize(static_cast<std::size_t>(config_.num_hidden_layers));
  for (std::int32_t i = 0; i < config_.num_hidden_layers; ++i) {
    const auto modules = modules_of_layer(config_, i, has_fused_experts(source, i)).all();
    const auto load_layer = [&, i]() -> result<void> {
      HADAL_TRY_ASSIGN(layer, load_decoder_layer(*backend_, source, config_, shape, i));
      layers_[static_cast<std::size_t>(i)] = std::move(layer);
      return {};
    };
    jobs.push_back(make_job(source, fmt::format("layer {}", i), config_, modules, load_layer));
  }
  return run_load_jobs(jobs, load_threads, on_progress);
}

result<void> deepseek_model::allocate(const kernels::mla_shape& shape) {
  const std::int64_t rows = limits_.step_tokens_max;
  const std::int64_t ends = limits_.step_sequences_max;
  const kernels::dtype type = backend_->activation_type();
  HADAL_TRY(
      backend_->reserve(workspace_limits_of(config_, shape, limits_.step_tokens_max,
                                            limits_.step_sequences_max, limits_.context_length)));
  HADAL_TRY_ASSIGN(
      cache, backend_->make_kv_cache({config_.num_hidden_layers + limits_.further_cache_layers,
                                      limits_.page_count, config_.kv_row_dim()}));
  HADAL_TRY_ASSIGN(scratch, allocate_layer_scratch(*backend_, config_, std::max(rows, ends)));
  HADAL_TRY_ASSIGN(residual, backend_->allocate(type, rows, config_.hidden_size));
  HADAL_TRY_ASSIGN(delta, backend_->allocate(type, rows, config_.hidden_size));
  HADAL_TRY_ASSIGN(end_residual, backend_->allocate(type, ends, config_.hidden_size));
  HADAL_TRY_ASSIGN(end_delta, backend_->allocate(type, ends, config_.hidden_size));
  HADAL_TRY_ASSIGN(logits, backend_->allocate(kernels::dtype::float32, ends, config_.vocab_size));
  cache_ = std::move(cache);
  scratch_ = scratch;
  residual_ = residual;
  delta_ = delta;
  end_residual_ = end_residual;
  end_delta_ = end_delta;
  logits_ = logits;
  return {};
}

result<std::unique_ptr<deepseek_model>>
deepseek_model::load(const model_config& config, const weight_source& source,
                     std::unique_ptr<kernels::backend> backend, const model_limits& limits,
                     unsigned load_threads, const std::function<void(load_progress)>& on_progress) {
  HADAL_ASSERT(limits.step_tokens_max > 0 && limits.step_sequences_max > 0);
  HADAL_ASSERT(limits.context_length > 0 && limits.page_count > 0);
  std::unique_ptr<deepseek_model> model(new deepseek_model(config, std::move(backend), limits));
  const rope_parameters rope = make_rope_parameters(config);
  const kernels::mla_shape shape = attention_shape(config, rope.softmax_scale);
  HADAL_TRY(model->allocate(shape));
  HADAL_TRY_ASSIGN(table, model->backend_->make_rope_table(rope.inv_freq, rope.multiplier,
                                                           limits.context_length));
  model->rope_ = std::move(table);
  HADAL_TRY(model->load_weights(source, shape, load_threads, on_progress));
  say_what_happens_to_mtp(source, config);
  return model;
}

} // namespace hadal::model
