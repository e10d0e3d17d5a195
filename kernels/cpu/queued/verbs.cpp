// Every verb becomes a command for the other backend.

#include "base/assert.hpp"
#include "kernels/cpu/queued/queued_backend.hpp"

#include <algorithm>

namespace hadal::kernels {

template <class View>
View queued_backend::mine(View view) const {
  const auto* const at = static_cast<const unsigned char*>(view.data);
  HADAL_ASSERT(view.rows == 0 || view.cols == 0 ||
               std::any_of(tensors_.begin(), tensors_.end(), [&](const tensor_view& tensor) {
                 const auto* const begin = static_cast<const unsigned char*>(tensor.data);
                 const auto elements = static_cast<std::size_t>(tensor.rows * tensor.row_stride);
                 return at >= begin && at < begin + elements * size_bytes(tensor.type);
               }));
  return view;
}

template tensor_view queued_backend::mine(tensor_view) const;
template const_tensor_view queued_backend::mine(const_tensor_view) const;

void queued_backend::embed(const packed_embedding& table, tensor_view out) {
  add_verb([this, &table, out = mine(out)] { inner_->embed(table, out); });
}

void queued_backend::rms_norm(const_tensor_view x, const packed_norm& weight, float eps,
                              tensor_view out) {
  add_verb([this, x = mine(x), &weight, eps, out = mine(out)] {
    inner_->rms_norm(x, weight, eps, out);
  });
}

void queued_backend::add_rms_norm(tensor_view residual, const_tensor_view delta,
                                  const packed_norm& weight, float eps, tensor_view out) {
  add_verb([this, residual = mine(residual), delta = mine(delta), &weight, eps, out = mine(out)] {
    inner_->add_rms_norm(residual, delta, weight, eps, out);
  });
}

void queued_backend::quantize_fp8(const_tensor_view x, input_form form, tensor_view out,
                                  tensor_view scales) {
  add_verb([this, x = mine(x), form, out = mine(out), scales = mine(scales)] {
    inner_->quantize_fp8(x, form, out, scales);
  });
}

void queued_backend::linear(const_tensor_view x, const packed_linear& weight, tensor_view out) {
  add_verb([this, x = mine(x), &weight, out = mine(out)] { inner_->linear(x, weight, out); });
}

void queued_backend::rope(const rope_table& table, tensor_view x, std::int32_t heads,
                          std::int64_t first, std::int64_t stride) {
  add_verb([this, &table, x = mine(x), heads, first, stride] {
    inner_->rope(table, x, heads, first, stride);
  });
}

void queued_backend::append_kv(kv_cache& cache, std::int32_t layer, const_tensor_view latent,
                               const_tensor_view key) {
  add_verb([this, &cache, layer, latent = mine(latent), key = mine(key)] {
    inner_->append_kv(cache, layer, latent, key);
  });
}

void queued_backend::mla_absorbed(const_tensor_view q, const packed_kv_b& kv_b,
                                  const kv_cache& cache, std::int32_t layer,
                                  std::span<const std::int32_t> sequences, tensor_view out) {
  add_verb([this, q = mine(q), &kv_b, &cache, layer,
            named = std::vector(sequences.begin(), sequences.end()),
            out = mine(out)] { inner_->mla_absorbed(q, kv_b, cache, layer, named, out); });
}

void queued_backend::mla_expanded(const_tensor_view q, const packed_kv_b& kv_b,
                                  const kv_cache& cache, std::int32_t layer,
                                  std::span<const std::int32_t> sequences, tensor_view out) {
  add_verb([this, q = mine(q), &kv_b, &cache, layer,
            named = std::vector(sequences.begin(), sequences.end()),
            out = mine(out)] { inner_->mla_expanded(q, kv_b, cache, layer, named, out); });
}

void queued_backend::swiglu(const_tensor_view gate_up, tensor_view out) {
  add_verb([this, gate_up = mine(gate_up), out = mine(out)] { inner_->swiglu(gate_up, out); });
}

void queued_backend::route(const_tensor_view x, const packed_router& router, tensor_view ids,
                           tensor_view weights) {
  add_verb([this, x = mine(x), &router, ids = mine(ids), weights = mine(weights)] {
    inner_->route(x, router, ids, weights);
  });
}

void queued_backend::expert_mlp(const_tensor_view x, const packed_experts& experts,
                                const_tensor_view ids, const_tensor_view weights, tensor_view out) {
  add_verb([this, x = mine(x), &experts, ids = mine(ids), weights = mine(weights),
            out = mine(out)] { inner_->expert_mlp(x, experts, ids, weights, out); });
}

void queued_backend::add(tensor_view x, const_tensor_view y) {
  add_verb([this, x = mine(x), y = mine(y)] { inner_->add(x, y); });
}

void queued_backend::count_hits(const_tensor_view ids, tensor_view hits) {
  add_verb([this, ids = mine(ids), hits = mine(hits)] { inner_->count_hits(ids, hits); });
}

void queued_backend::gather_logit_rows(const_tensor_view x, tensor_view out) {
  add_verb([this, x = mine(x), out = mine(out)] { inner_->gather_logit_rows(x, out); });
}

void queued_backend::logits(const_tensor_view x, const packed_linear& head, tensor_view out) {
  add_verb([this, x = mine(x), &head, out = mine(out)] { inner_->logits(x, head, out); });
}

void queued_backend::mla_attention(const_tensor_view q, const packed_kv_b& kv_b,
                                   const mla_shape& shape, const kv_cache& cache,
                                   std::int32_t layer, tensor_view out) {
  add_verb([this, q = mine(q), &kv_b, shape, &cache, layer, out = mine(out)] {
    inner_->mla_attention(q, kv_b, shape, cache, layer, out);
  });
}

void queued_backend::attention_block(const_tensor_view x, const attention_weights& weights,
                                     const rope_table& table, kv_cache& cache, std::int32_t layer,
                                     const attention_scratch& scratch, tensor_view out) {
  add_verb([this, x = mine(x), &weights, &table, &cache, layer, scratch, out = mine(out)] {
    inner_->attention_block(x, weights, table, cache, layer, scratch, out);
  });
}

void queued_backend::mlp_block(const_tensor_view x, const mlp_weights& weights,
                               const mlp_scratch& scratch, tensor_view out) {
  add_verb([this, x = mine(x), &weights, scratch, out = mine(out)] {
    inner_->mlp_block(x, weights, scratch, out);
  });
}

void queued_backend::moe_block(const_tensor_view x, const moe_weights& weights,
                               const moe_scratch& scratch, tensor_view out) {
  add_verb([this, x = mine(x), &weights, scratch, out = mine(out)] {
    inner_->moe_block(x, weights, scratch, out);
  });
}

} // namespace hadal::kernels
