// Weights are packed by the other backend, at once: at load nothing is enqueued.

#include "kernels/cpu/queued/queued_backend.hpp"

namespace hadal::kernels {

result<packed_embedding_ptr> queued_backend::pack_embedding(const raw_weight& table) const {
  return inner_->pack_embedding(table);
}

result<packed_norm_ptr> queued_backend::pack_norm(std::span<const float> weight) const {
  return inner_->pack_norm(weight);
}

result<packed_linear_ptr> queued_backend::pack_linear(std::span<const raw_weight> parts) const {
  return inner_->pack_linear(parts);
}

result<packed_kv_b_ptr> queued_backend::pack_kv_b(const raw_weight& kv_b,
                                                  const mla_shape& shape) const {
  return inner_->pack_kv_b(kv_b, shape);
}

result<packed_router_ptr> queued_backend::pack_router(const raw_weight& gate,
                                                      std::span<const float> bias,
                                                      const routing_shape& shape) const {
  return inner_->pack_router(gate, bias, shape);
}

result<packed_experts_ptr> queued_backend::pack_experts(std::span<const raw_expert> experts) const {
  return inner_->pack_experts(experts);
}

result<rope_table_ptr> queued_backend::make_rope_table(std::span<const float> inv_freq,
                                                       float multiplier,
                                                       std::int64_t positions) const {
  return inner_->make_rope_table(inv_freq, multiplier, positions);
}

std::uint64_t queued_backend::embedding_bytes(const raw_weight& table) const {
  return inner_->embedding_bytes(table);
}

std::uint64_t queued_backend::linear_bytes(const raw_weight& part) const {
  return inner_->linear_bytes(part);
}

std::uint64_t queued_backend::kv_b_bytes(const raw_weight& kv_b, const mla_shape& shape) const {
  return inner_->kv_b_bytes(kv_b, shape);
}

} // namespace hadal::kernels
