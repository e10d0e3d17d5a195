#include "model/layers/packing.hpp"

#include "base/assert.hpp"

namespace hadal::model {

namespace {

kernels::dtype stored_type(tensor_dtype dtype) {
  switch (dtype) {
  case tensor_dtype::f32: return kernels::dtype::float32;
  case tensor_dtype::bf16: return kernels::dtype::bfloat16;
  case tensor_dtype::f16: return kernels::dtype::float16;
  case tensor_dtype::f8_e8m0: return kernels::dtype::float8_e8m0;
  default: HADAL_ASSERT(dtype == tensor_dtype::f8_e4m3); return kernels::dtype::float8_e4m3;
  }
}

} // namespace

kernels::raw_weight raw_matrix(const tensor_ref& tensor) {
  HADAL_ASSERT(tensor.shape.size() == 2);
  return {tensor.bytes.data(), stored_type(tensor.dtype), tensor.shape[0], tensor.shape[1]};
}

kernels::input_form fp8_input(const model_config& config,
                              const kernels::backend_options& run) noexcept {
  if (run.unrounded_activations)
    return kernels::input_form::plain;
  return config.quantization && config.quantization->scale_ue8m0
             ? kernels::input_form::e4m3_128_ue8m0
             : kernels::input_form::e4m3_128;
}

void raw_linears::add(linear_weight linear) {
  kernels::raw_weight raw = raw_matrix(linear.weight);
  if (linear.scale) {
    raw.scales = {linear.scale->bytes.data(), stored_type(linear.scale->dtype), linear.block_rows,
                  linear.block_cols};
    raw.input = fp8_input_;
  }
  raw_.push_back(raw);
  linears_.push_back(std::move(linear));
}

result<kernels::packed_linear_ptr> load_stacked(const kernels::backend& backend,
                                                const weight_source& source,
                                                const std::vector<linear_name>& names,
                                                std::int64_t cols, const model_config& config) {
  raw_linears parts(fp8_input(config, backend.options()));
  for (const linear_name& name : names) {
    HADAL_TRY_ASSIGN(linear, find_linear(source, name.prefix, static_cast<std::int32_t>(name.rows),
                                         static_cast<std::int32_t>(cols), config));
    parts.add(std::move(linear));
  }
  return backend.pack_linear(parts.raw());
}

result<kernels::packed_norm_ptr> load_norm(const kernels::backend& backend,
                                           const weight_source& source, const std::string& prefix,
                                           std::int64_t cols) {
  HADAL_TRY_ASSIGN(weight, find_floats(source, prefix + ".weight", cols));
  return backend.pack_norm(weight);
}

result<kernels::packed_embedding_ptr> load_embedding(const kernels::backend& backend,
                                                     const weight_source& source,
                                                     const model_config& config) {
  HADAL_TRY_ASSIGN(table, find_matrix(source, "model.embed_tokens.weight", config.vocab_size,
                                      config.hidden_size));
  return backend.pack_embedding(raw_matrix(table));
}

result<kernels::packed_linear_ptr> load_head(const kernels::backend& backend,
                                             const weight_source& source,
                                             const model_config& config) {
  const char* name = config.tie_word_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  HADAL_TRY_ASSIGN(head, find_matrix(source, name, config.vocab_size, config.hidden_size));
  const kernels::raw_weight raw = raw_matrix(head);
  return backend.pack_linear({&raw, 1});
}

} // namespace hadal::model
