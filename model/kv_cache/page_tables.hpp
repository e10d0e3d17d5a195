#pragma once
// Which KV pages the sequence in each slot has: an executor's copy of what the scheduler granted,
// so that a step carries only what is new. Pure bookkeeping, with memory for every slot's longest
// sequence, taken once.
//
// Entries of a slot are granted in order. A grant of entry 0 begins the slot's table anew: another
// sequence has taken the slot, or the same one starts again after preemption, or a new scheduler
// starts with empty slots. Nothing else ends a table, so what is left in a free slot means nothing.

#include "base/ids.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hadal::model {

/// Tokens [64 * entry, 64 * (entry + 1)) of the slot's sequence are in `page`.
struct page_grant {
  std::uint32_t slot = 0;
  std::uint32_t entry = 0;
  page_id page{};
};

class page_tables {
public:
  /// Pages are below `page_count`, entries below `entries_max`.
  page_tables(std::uint32_t slot_count, std::uint32_t entries_max, std::uint32_t page_count);

  /// A grant out of order or of a slot, entry or page that does not exist is a programmer's error.
  void grant(const page_grant& granted);

  /// Entries that the slot has.
  std::uint32_t size(std::uint32_t slot) const noexcept { return sizes_[slot]; }

  /// The tables of all slots: that of a slot is entries()[begin(slot), +size(slot)).
  std::span<const page_id> entries() const noexcept { return entries_; }
  std::uint32_t begin(std::uint32_t slot) const noexcept { return slot * entries_max_; }

private:
  std::uint32_t entries_max_;
  std::uint32_t page_count_;
  std::vector<page_id> entries_;     // [slots, entries_max]
  std::vector<std::uint32_t> sizes_; // by slot
};

} // namespace hadal::model
