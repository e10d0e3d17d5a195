#pragma once
// The state of every slot (kernels/ops/sampling.hpp), and how one row of float32 logits is sampled
// for one of them.

#include "kernels/cpu/sampling/candidates.hpp"
#include "kernels/cpu/sampling/thinking_limiter.hpp"
#include "kernels/cpu/sampling/token_history.hpp"
#include "kernels/ops/sampling.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::kernels {

class slot_sampler {
public:
  /// Rows have `vocab_size` logits; ids >= `sampled_vocab_size` are never sampled.
  slot_sampler(std::int32_t vocab_size, std::int32_t sampled_vocab_size, std::uint32_t slot_count);

  /// Gives the slot to a sequence and discards its earlier state.
  void open(std::uint32_t slot, slot_state_ptr state);

  /// Samples an open slot and stores the token. `logits` [vocab_size]. A row that is no
  /// distribution gives `nonfinite`; the slot's last token is then 0, without meaning. Under a mask
  /// only its tokens are sampled; min_tokens is ignored if the mask allows only end tokens.
  sampled_token sample(std::uint32_t slot, std::int32_t output_index, std::span<const float> logits,
                       const token_mask* mask = nullptr);

  bool is_open(std::uint32_t slot) const { return at(slot).state != nullptr; }

  /// The token sampled last, or the last of the output_ids; there must be one.
  token_id last_token(std::uint32_t slot) const;

private:
  struct slot_record {
    slot_state_ptr state;
    token_history history;
    thinking_limiter limiter;
    token_id last = -1;
  };

  const slot_record& at(std::uint32_t slot) const;
  token_id choose(const slot_record& record, std::int32_t output_index,
                  std::span<const float> logits, const row_scan& whole, const token_mask* mask);

  std::int32_t vocab_size_;
  std::int32_t sampled_vocab_size_;
  std::vector<slot_record> slots_;
  std::vector<float> adjusted_; // [sampled_vocab_size]
  candidate_chooser chooser_;
};

} // namespace hadal::kernels
