#pragma once
// What the backends of the CPU share: everything runs at once in the calling thread, tensors are
// host memory, and sampling is the same code for all (kernels/cpu/sampling).

#include "base/assert.hpp"
#include "kernels/ops/backend.hpp"

#include <memory>
#include <vector>

namespace hadal::kernels {

class cpu_backend : public backend {
public:
  result<std::unique_ptr<sampler>> make_sampler(const sampler_shape& shape) override;

  /// Never pads and records nothing: `verbs` is called every time.
  void run_step(const step_layout& step, step_program program, const step_verbs& verbs) override;
  void write(tensor_view to, const void* from) override;
  void read(const_tensor_view from, void* to) override;
  void when_done(done_callback done) override { done({}); }

  void count_hits(const_tensor_view ids, tensor_view hits) override;
  void gather_logit_rows(const_tensor_view x, tensor_view out) override;

protected:
  explicit cpu_backend(const backend_options& options) : backend(options) {}

  /// out[i] = x[rows[i]], zeros where rows[i] is negative.
  virtual void gather_rows(const_tensor_view x, std::span<const std::int32_t> rows,
                           tensor_view out) = 0;

  /// The token of a row of the step: the host's, or the one that its slot holds.
  token_id token_of_row(std::int64_t row) const {
    const token_id id = step().token_ids[static_cast<std::size_t>(row)];
    if (id >= 0)
      return id;
    const token_id slot = ~id;
    HADAL_ASSERT(static_cast<std::size_t>(slot) < slot_tokens_.size());
    return slot_tokens_[static_cast<std::size_t>(slot)];
  }

private:
  std::vector<token_id> slot_tokens_; // of the sampler
  std::int64_t counted_rows_ = 0;     // rows that count_hits counts: those that are no padding
};

} // namespace hadal::kernels
