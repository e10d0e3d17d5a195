#pragma once
// A step_layout with memory of its own, padded to an extent.

#include "kernels/ops/backend.hpp"

#include <cstdint>
#include <vector>

namespace hadal::kernels {

class owned_step {
public:
  /// Copies `step`. Rows from step.rows() to extent.rows, and logit rows likewise, are padding.
  owned_step(const step_layout& step, step_extent extent)
    : token_ids_(step.token_ids.begin(), step.token_ids.end()),
      positions_(step.positions.begin(), step.positions.end()),
      sequences_(step.sequences.begin(), step.sequences.end()),
      pages_(step.pages.begin(), step.pages.end()),
      logit_rows_(step.logit_rows.begin(), step.logit_rows.end()) {
    token_ids_.resize(static_cast<std::size_t>(extent.rows), 0);
    positions_.resize(static_cast<std::size_t>(extent.rows), 0);
    logit_rows_.resize(static_cast<std::size_t>(extent.logit_rows), -1);
  }

  /// Valid as long as this.
  step_layout layout() const noexcept {
    return {token_ids_, positions_, sequences_, pages_, logit_rows_};
  }

private:
  std::vector<token_id> token_ids_;
  std::vector<std::int32_t> positions_;
  std::vector<step_sequence> sequences_;
  std::vector<page_id> pages_;
  std::vector<std::int32_t> logit_rows_;
};

} // namespace hadal::kernels
