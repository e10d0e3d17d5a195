#pragma once
// Which experts the router chose, counted for benchmarks: the bytes of a step depend on how many
// different experts its tokens meet. Filled by the forward pass of one thread; read between steps.

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::model {

class expert_hits {
public:
  explicit expert_hits(std::int32_t n_routed_experts)
    : hits_(static_cast<std::size_t>(n_routed_experts)), seen_(hits_.size()) {}

  /// The choices of one MoE layer in one step: ids [tokens * num_experts_per_tok].
  void add_layer(std::span<const std::int32_t> ids) {
    ++layers_;
    for (const std::int32_t id : ids) {
      ++hits_[static_cast<std::size_t>(id)];
      auto& last = seen_[static_cast<std::size_t>(id)];
      distinct_ += last != layers_;
      last = layers_;
    }
  }

  /// Mean number of different experts that one MoE layer met in one step; 0 before the first.
  double distinct_per_layer() const noexcept {
    return layers_ == 0 ? 0.0 : static_cast<double>(distinct_) / static_cast<double>(layers_);
  }

  /// Tokens routed to each expert, summed over all layers.
  const std::vector<std::int64_t>& hits() const noexcept { return hits_; }

  void clear() { *this = expert_hits(static_cast<std::int32_t>(hits_.size())); }

private:
  std::vector<std::int64_t> hits_;
  std::vector<std::int64_t> seen_; // value of the layer count at the last hit
  std::int64_t layers_ = 0;
  std::int64_t distinct_ = 0;
};

} // namespace hadal::model
