#pragma once
// Which experts the router chose, counted for benchmarks: the bytes of a step depend on how many
// different experts its tokens meet. Filled by the thread of the forward pass; read between steps.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hadal::model {

class expert_hits {
public:
  explicit expert_hits(std::int32_t n_routed_experts)
    : hits_(static_cast<std::size_t>(n_routed_experts)) {}

  /// One MoE layer in one step: for each expert the tokens that were routed to it. A layer that no
  /// token went through does not count.
  void add_layer(std::span<const std::int32_t> counts) {
    const std::int64_t before = distinct_;
    for (std::size_t expert = 0; expert < counts.size(); ++expert) {
      hits_[expert] += counts[expert];
      distinct_ += counts[expert] > 0;
    }
    layers_ += distinct_ > before;
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
  std::int64_t layers_ = 0;
  std::int64_t distinct_ = 0;
};

} // namespace hadal::model
