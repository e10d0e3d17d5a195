#pragma once
// The sampler of the queued backend: another backend's, called on the queued backend's thread.

#include "kernels/ops/sampling.hpp"

#include <memory>
#include <span>
#include <vector>

namespace hadal::kernels {

class queued_backend;

class queued_sampler final : public sampler {
public:
  queued_sampler(queued_backend& backend, std::unique_ptr<sampler> inner)
    : backend_(backend), inner_(std::move(inner)) {}

  void sample(const_tensor_view logits, std::span<const sequence_sample> sequences,
              std::vector<sampled_run>& runs, std::vector<sampled_token>& tokens) override;
  void score(const_tensor_view logits, std::span<const scored_row> rows,
             std::vector<prompt_scores>& out) override;

private:
  queued_backend& backend_;
  std::shared_ptr<sampler> inner_; // shared with the commands that wait
};

} // namespace hadal::kernels
