#pragma once
// Which tokens may be sampled next: one bit per token id, in 64-bit words, lowest id in the lowest
// bit. Ids beyond the mask may not be sampled.

#include "base/ids.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hadal::kernels {

class token_mask {
public:
  explicit token_mask(std::size_t size) : size_(size), words_((size + 63) / 64, 0) {}

  std::size_t size() const noexcept { return size_; }
  const std::vector<std::uint64_t>& words() const noexcept { return words_; }
  std::vector<std::uint64_t>& words() noexcept { return words_; }

  /// Ids outside the mask are ignored.
  void allow(token_id id) noexcept {
    if (id >= 0 && static_cast<std::size_t>(id) < size_)
      words_[static_cast<std::size_t>(id) / 64] |= std::uint64_t{1} << (id % 64);
  }
  void refuse(token_id id) noexcept {
    if (id >= 0 && static_cast<std::size_t>(id) < size_)
      words_[static_cast<std::size_t>(id) / 64] &= ~(std::uint64_t{1} << (id % 64));
  }
  bool allows(token_id id) const noexcept {
    return id >= 0 && static_cast<std::size_t>(id) < size_ &&
           (words_[static_cast<std::size_t>(id) / 64] >> (id % 64) & 1) != 0;
  }
  std::size_t count() const noexcept {
    std::size_t bits = 0;
    for (const auto word : words_)
      bits += static_cast<std::size_t>(std::popcount(word));
    return bits;
  }
  bool none() const noexcept {
    for (const auto word : words_)
      if (word != 0)
        return false;
    return true;
  }

private:
  std::size_t size_;
  std::vector<std::uint64_t> words_;
};

using token_mask_ptr = std::shared_ptr<const token_mask>;

} // namespace hadal::kernels
