#pragma once
// Which KV pages are free. Pure bookkeeping: no memory, no device. Every page is granted once and
// released once; both sides are asserted. The page released last is granted first, so that few
// pages are ever touched.

#include "base/ids.hpp"

#include <cstdint>
#include <vector>

namespace hadal::model {

class page_pool {
public:
  explicit page_pool(std::uint32_t page_count);

  std::uint32_t total() const noexcept { return static_cast<std::uint32_t>(granted_.size()); }
  std::uint32_t available() const noexcept { return static_cast<std::uint32_t>(free_.size()); }
  std::uint32_t used() const noexcept { return total() - available(); }

  /// Grants `count` pages, appended to `out`; all or none. False when fewer are available.
  bool grant(std::uint32_t count, std::vector<page_id>& out);

  /// Takes pages back and clears the list.
  void release(std::vector<page_id>& pages);

private:
  std::vector<page_id> free_; // a stack
  std::vector<bool> granted_; // by page
};

/// Pages that hold `tokens` tokens.
std::uint32_t pages_for(std::int64_t tokens) noexcept;

} // namespace hadal::model
