#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/scalar/packed.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hadal::kernels {

void scalar_backend::append_kv(kv_cache& cache, std::int32_t layer, const_tensor_view latent,
                               const_tensor_view key) {
  auto& kv = static_cast<scalar_kv_cache&>(cache);
  HADAL_ASSERT(latent.cols + key.cols == kv.shape.row_dim && layer < kv.shape.layers);
  const auto store = [&](std::int64_t element, float value) {
    switch (kv.type) {
    case dtype::bfloat16: kv.rows.as<std::uint16_t>()[element] = float_to_bfloat16(value); break;
    case dtype::float16: kv.rows.as<std::uint16_t>()[element] = float_to_float16(value); break;
    default: kv.rows.as<float>()[element] = value; break;
    }
  };
  for (const step_sequence& sequence : step().sequences) {
    for (std::int64_t i = 0; i < sequence.extend_len; ++i) {
      const std::int64_t token = sequence.cached_len + i;
      const std::int64_t entry = token / limits::page_size_tokens;
      HADAL_ASSERT(entry < sequence.page_count);
      const page_id page = step().pages[sequence.page_begin + static_cast<std::size_t>(entry)];
      HADAL_ASSERT(raw(page) < static_cast<std::uint32_t>(kv.shape.pages));
      std::int64_t element = kv.row_element(layer, page, token % limits::page_size_tokens);
      for (std::int64_t c = 0; c < latent.cols; ++c)
        store(element++, latent.row<float>(sequence.row_begin + i)[c]);
      for (std::int64_t c = 0; c < key.cols; ++c)
        store(element++, key.row<float>(sequence.row_begin + i)[c]);
    }
  }
}

const_tensor_view scalar_backend::read_kv(const kv_cache& cache, std::int32_t layer,
                                          const step_sequence& sequence) {
  const std::int64_t tokens = std::int64_t{sequence.cached_len} + sequence.extend_len;
  const auto& kv = static_cast<const scalar_kv_cache&>(cache);
  HADAL_ASSERT(tokens <= limits_.context_length);
  const tensor_view rows(kv_rows_.data(), dtype::float32, tokens, kv.shape.row_dim);
  for (std::int64_t token = 0; token < tokens; ++token) {
    const auto entry = static_cast<std::size_t>(token / limits::page_size_tokens);
    const page_id page = step().pages[sequence.page_begin + entry];
    const std::int64_t element = kv.row_element(layer, page, token % limits::page_size_tokens);
    float* to = rows.row<float>(token);
    for (std::int64_t c = 0; c < rows.cols; ++c)
      to[c] = load_element(kv.rows.data(), kv.type, element + c);
  }
  return rows;
}

void scalar_backend::softmax_scores(std::int64_t keys) {
  double* scores = scores_.as<double>();
  double largest = -std::numeric_limits<double>::infinity();
  for (std::int64_t j = 0; j < keys; ++j)
    largest = std::max(largest, scores[j]);
  double sum = 0.0;
  for (std::int64_t j = 0; j < keys; ++j) {
    scores[j] = std::exp(scores[j] - largest);
    sum += scores[j];
  }
  for (std::int64_t j = 0; j < keys; ++j)
    scores[j] = rounded(scores[j] / sum);
}

void scalar_backend::absorbed_head(const float* q, const scalar_kv_b& weights, std::int64_t head,
                                   const_tensor_view kv, std::int64_t keys, float* out) {
  const mla_shape& shape = weights.shape;
  const float* pe = q + shape.qk_nope_head_dim;
  double* query = latent_query_.as<double>();
  std::fill(query, query + shape.kv_lora_rank, 0.0);
  for (std::int64_t n = 0; n < shape.qk_nope_head_dim; ++n) {
    const float* w = weights.key_row(head, n);
    for (std::int64_t c = 0; c < shape.kv_lora_rank; ++c)
      query[c] += static_cast<double>(q[n]) * w[c];
  }
  double* scores = scores_.as<double>();
  for (std::int64_t j = 0; j < keys; ++j) {
    const float* latent = kv.row<float>(j);
    const float* key_pe = latent + shape.kv_lora_rank;
    double sum = 0.0;
    for (std::int64_t c = 0; c < shape.kv_lora_rank; ++c)
      sum += query[c] * latent[c];
    for (std::int64_t d = 0; d < shape.qk_rope_head_dim; ++d)
      sum += static_cast<double>(pe[d]) * key_pe[d];
    scores[j] = sum * shape.softmax_scale;
  }
  softmax_scores(keys);
  double* value = latent_value_.as<double>();
  std::fill(value, value + shape.kv_lora_rank, 0.0);
  for (std::int64_t j = 0; j < keys; ++j) {
    const float* latent = kv.row<float>(j);
    for (std::int64_t c = 0; c < shape.kv_lora_rank; ++c)
      value[c] += scores[j] * latent[c];
  }
  for (std::int64_t v = 0; v < shape.v_head_dim; ++v) {
    const float* w = weights.value_row(head, v);
    double sum = 0.0;
    for (std::int64_t c = 0; c < shape.kv_lora_rank; ++c)
      sum += value[c] * w[c];
    out[v] = rounded(sum);
  }
}

const_tensor_view scalar_backend::expand_head(const scalar_kv_b& weights, std::int64_t head,
                                              const_tensor_view kv) {
  const tensor_view expanded(expanded_.data(), dtype::float32, kv.rows, weights.head_rows());
  for (std::int64_t j = 0; j < kv.rows; ++j) {
    const float* latent = kv.row<float>(j);
    float* to = expanded.row<float>(j);
    for (std::int64_t n = 0; n < weights.head_rows(); ++n) {
      const float* w = weights.key_row(head, n);
      double sum = 0.0;
      for (std::int64_t c = 0; c < weights.shape.kv_lora_rank; ++c)
        sum += static_cast<double>(latent[c]) * w[c];
      to[n] = rounded(sum);
    }
  }
  return expanded;
}

void scalar_backend::expanded_head(const float* q, const mla_shape& shape,
                                   const_tensor_view expanded, const_tensor_view kv,
                                   std::int64_t keys, float* out) {
  const float* pe = q + shape.qk_nope_head_dim;
  double* scores = scores_.as<double>();
  for (std::int64_t j = 0; j < keys; ++j) {
    const float* key_nope = expanded.row<float>(j);
    const float* key_pe = kv.row<float>(j) + shape.kv_lora_rank;
    double sum = 0.0;
    for (std::int64_t n = 0; n < shape.qk_nope_head_dim; ++n)
      sum += static_cast<double>(q[n]) * key_nope[n];
    for (std::int64_t d = 0; d < shape.qk_rope_head_dim; ++d)
      sum += static_cast<double>(pe[d]) * key_pe[d];
    scores[j] = sum * shape.softmax_scale;
  }
  softmax_scores(keys);
  double* value = latent_value_.as<double>();
  std::fill(value, value + shape.v_head_dim, 0.0);
  for (std::int64_t j = 0; j < keys; ++j) {
    const float* from = expanded.row<float>(j) + shape.qk_nope_head_dim;
    for (std::int64_t v = 0; v < shape.v_head_dim; ++v)
      value[v] += scores[j] * from[v];
  }
  for (std::int64_t v = 0; v < shape.v_head_dim; ++v)
    out[v] = rounded(value[v]);
}

void scalar_backend::mla_absorbed(const_tensor_view q, const packed_kv_b& kv_b,
                                  const kv_cache& cache, std::int32_t layer,
                                  std::span<const std::int32_t> sequences, tensor_view out) {
  const auto& weights = static_cast<const scalar_kv_b&>(kv_b);
  const mla_shape& shape = weights.shape;
  for (const std::int32_t index : sequences) {
    const step_sequence& sequence = step().sequences[static_cast<std::size_t>(index)];
    const const_tensor_view kv = read_kv(cache, layer, sequence);
    for (std::int64_t i = 0; i < sequence.extend_len; ++i) {
      const float* q_row = q.row<float>(sequence.row_begin + i);
      float* out_row = out.row<float>(sequence.row_begin + i);
      for (std::int64_t h = 0; h < shape.heads; ++h)
        absorbed_head(q_row + h * shape.qk_head_dim(), weights, h, kv, sequence.cached_len + i + 1,
                      out_row + h * shape.v_head_dim);
    }
  }
}

void scalar_backend::mla_expanded(const_tensor_view q, const packed_kv_b& kv_b,
                                  const kv_cache& cache, std::int32_t layer,
                                  std::span<const std::int32_t> sequences, tensor_view out) {
  const auto& weights = static_cast<const scalar_kv_b&>(kv_b);
  const mla_shape& shape = weights.shape;
  for (const std::int32_t index : sequences) {
    const step_sequence& sequence = step().sequences[static_cast<std::size_t>(index)];
    const const_tensor_view kv = read_kv(cache, layer, sequence);
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const const_tensor_view expanded = expand_head(weights, h, kv);
      for (std::int64_t i = 0; i < sequence.extend_len; ++i)
        expanded_head(q.row<float>(sequence.row_begin + i) + h * shape.qk_head_dim(), shape,
                      expanded, kv, sequence.cached_len + i + 1,
                      out.row<float>(sequence.row_begin + i) + h * shape.v_head_dim);
    }
  }
}

} // namespace hadal::kernels
