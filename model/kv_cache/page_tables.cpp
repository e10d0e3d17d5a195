#include "model/kv_cache/page_tables.hpp"

#include "base/assert.hpp"

namespace hadal::model {

page_tables::page_tables(std::uint32_t slot_count, std::uint32_t entries_max,
                         std::uint32_t page_count)
  : entries_max_(entries_max), page_count_(page_count),
    entries_(std::size_t{slot_count} * entries_max), sizes_(slot_count, 0) {}

void page_tables::grant(const page_grant& granted) {
  HADAL_ASSERT(granted.slot < sizes_.size() && granted.entry < entries_max_);
  HADAL_ASSERT(granted.entry == 0 || granted.entry == sizes_[granted.slot]);
  HADAL_ASSERT(raw(granted.page) < page_count_);
  entries_[begin(granted.slot) + granted.entry] = granted.page;
  sizes_[granted.slot] = granted.entry + 1;
}

} // namespace hadal::model
