#include "model/kv_cache/page_pool.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace hadal::model {

page_pool::page_pool(std::uint32_t page_count) : granted_(page_count, false) {
  free_.reserve(page_count);
  for (std::uint32_t i = page_count; i > 0; --i)
    free_.push_back(page_id{i - 1});
}

bool page_pool::grant(std::uint32_t count, std::vector<page_id>& out) {
  if (count > free_.size())
    return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto page = free_.back();
    free_.pop_back();
    HADAL_ASSERT(!granted_[raw(page)]);
    granted_[raw(page)] = true;
    out.push_back(page);
  }
  return true;
}

void page_pool::release(std::vector<page_id>& pages) {
  for (auto i = pages.rbegin(); i != pages.rend(); ++i) {
    HADAL_ASSERT(raw(*i) < granted_.size() && granted_[raw(*i)]);
    granted_[raw(*i)] = false;
    free_.push_back(*i);
  }
  pages.clear();
}

std::uint32_t pages_for(std::int64_t tokens) noexcept {
  return static_cast<std::uint32_t>((tokens + limits::page_size_tokens - 1) /
                                    limits::page_size_tokens);
}

} // namespace hadal::model
