#pragma once
// The tokens of a sequence and how often it emitted each, for penalties. Kept only for sequences
// with a penalty.

#include "base/ids.hpp"

#include <cstdint>
#include <span>
#include <unordered_map>

namespace hadal::kernels {

class token_history {
public:
  /// Starts over: prompt tokens count as seen, output tokens as seen and emitted.
  void reset(std::span<const token_id> prompt, std::span<const token_id> output);
  void clear() { emitted_.clear(); }
  void append(token_id id) { ++emitted_[id]; }

  /// Every token seen, with the number of times it was emitted (0: only in the prompt).
  const std::unordered_map<token_id, std::int32_t>& tokens() const noexcept { return emitted_; }

private:
  std::unordered_map<token_id, std::int32_t> emitted_;
};

} // namespace hadal::kernels
