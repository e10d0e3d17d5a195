#pragma once
// What the backends of the CPU share: verbs run at once in the calling thread, and sampling is the
// same code for all (kernels/cpu/sampling).

#include "base/assert.hpp"
#include "kernels/ops/backend.hpp"

#include <memory>
#include <vector>

namespace hadal::kernels {

class cpu_backend : public backend {
public:
  result<std::unique_ptr<sampler>> make_sampler(const sampler_shape& shape) override;

protected:
  explicit cpu_backend(const backend_options& options) : backend(options) {}

  /// The token of a row of the step: the host's, or the one that its slot holds.
  token_id token_of_row(std::int64_t row) const {
    const token_id id = step().token_ids[static_cast<std::size_t>(row)];
    if (id >= 0)
      return id;
    HADAL_ASSERT(static_cast<std::size_t>(~id) < slot_tokens_.size());
    return slot_tokens_[static_cast<std::size_t>(~id)];
  }

private:
  std::vector<token_id> slot_tokens_; // of the sampler
};

} // namespace hadal::kernels
