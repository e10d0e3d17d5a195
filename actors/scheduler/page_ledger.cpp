#include "actors/scheduler/page_ledger.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::actors {

page_ledger::page_ledger(const model::executor_info& info)
  : context_length_(info.context_length), pool_(static_cast<std::uint32_t>(info.page_count)) {}

result<void> page_ledger::check(const protocol::sequence_spec& spec) const {
  const auto length = static_cast<std::int64_t>(spec.prompt_ids->size()) + spec.max_tokens;
  if (length > context_length_ || model::pages_for(length) > pool_.total())
    return fail(error_code::invalid_request,
                fmt::format("{} prompt tokens and {} completion tokens do not fit the KV cache of "
                            "{} tokens",
                            spec.prompt_ids->size(), spec.max_tokens,
                            std::int64_t{pool_.total()} * limits::page_size_tokens));
  return {};
}

bool page_ledger::admit(sequence& s) {
  const std::int64_t whole = std::int64_t{s.prompt_len()} + s.spec.max_tokens;
  const std::uint32_t now = model::pages_for(s.total_len()) + limits::admission_extra_pages;
  return pool_.grant(std::min(now, model::pages_for(whole)), s.pages);
}

bool page_ledger::secure_next(sequence& s) {
  return model::pages_for(s.planned_len + 1) <= s.pages.size() || pool_.grant(1, s.pages);
}

void page_ledger::release(sequence& s) {
  pool_.release(s.pages);
  s.pages_told = 0;
}

sequence_list::iterator page_ledger::victim(sequence_list& running) {
  HADAL_ASSERT(!running.empty());
  auto least = running.begin();
  for (auto i = running.begin(); i != running.end(); ++i)
    if (i->output_len() <= least->output_len())
      least = i;
  return least;
}

} // namespace hadal::actors
