#include "model/layers/packing.hpp"

#include "base/assert.hpp"

namespace hadal::model {

namespace {

kernels::dtype stored_type(tensor_dtype dtype) {
  switch (dtype) {
  case tensor_dtype::f32: return kernels::dtype::float32;
  case tensor_dtype::bf16: return kernels::dtype::bfloat16;
  case tensor_dtype::f16: return kernels::dtype::float16;
  default: HADAL_ASSERT(dtype == tensor_dtype::f8_e4m3); return kernels::dtype::float8_e4m3;
  }
}

} // namespace

kernels::raw_weight raw_matrix(const tensor_ref& tensor) {
  HADAL_ASSERT(tensor.shape.size() == 2);
  kernels::raw_weight raw;
  raw.data = tensor.bytes.data();
  raw.type = stored_type(tensor.dtype);
  raw.rows = tensor.shape[0];
  raw.cols = tensor.shape[1];
  return raw;
}

void raw_linears::add(linear_weight linear) {
  kernels::raw_weight raw;
  raw.data = linear.weight.bytes.data();
  raw.type = stored_type(linear.weight.dtype);
  raw.rows = linear.rows;
  raw.cols = linear.cols;
  if (linear.scale) {
    scales_.push_back(block_scales(linear));
    raw.scales = scales_.back(); // moving a vector keeps its values in place
    raw.block_rows = linear.block_rows;
    raw.block_cols = linear.block_cols;
  }
  raw_.push_back(raw);
  linears_.push_back(std::move(linear));
}

result<kernels::packed_linear_ptr> load_stacked(const kernels::backend& backend,
                                                const weight_source& source,
                                                const std::vector<linear_name>& names,
                                                std::int64_t cols, const model_config& config) {
  raw_linears parts;
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
