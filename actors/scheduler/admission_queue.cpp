#include "actors/scheduler/admission_queue.hpp"

#include "base/assert.hpp"

#include <fmt/core.h>

#include <iterator>
#include <utility>

namespace hadal::actors {

namespace {

std::uint64_t tokens_of(const sequence& s) {
  return s.spec.prompt_ids->size();
}

} // namespace

result<void> admission_queue::check(std::size_t sequences, std::uint64_t tokens,
                                    std::size_t free_slots) const {
  if (waiting_.size() + sequences > sequences_max_ + free_slots)
    return fail(error_code::queue_full, fmt::format("{} sequences are waiting and the limit is {}",
                                                    waiting_.size(), sequences_max_));
  if (!waiting_.empty() && tokens_ + tokens > tokens_max_)
    return fail(
        error_code::queue_full,
        fmt::format("{} prompt tokens are waiting and the limit is {}", tokens_, tokens_max_));
  return {};
}

admission_queue::iterator admission_queue::add(sequence s) {
  tokens_ += tokens_of(s);
  waiting_.push_back(std::move(s));
  return std::prev(waiting_.end());
}

void admission_queue::add_first(sequence_list& running, iterator s) {
  tokens_ += tokens_of(*s);
  waiting_.splice(waiting_.begin(), running, s);
}

sequence* admission_queue::next() noexcept {
  return waiting_.empty() || waiting_.front().pending > 0 ? nullptr : &waiting_.front();
}

void admission_queue::start_next(sequence_list& running) {
  HADAL_ASSERT(next() != nullptr);
  tokens_ -= tokens_of(waiting_.front());
  running.splice(running.end(), waiting_, waiting_.begin());
}

sequence admission_queue::take(iterator s) {
  tokens_ -= tokens_of(*s);
  sequence taken = std::move(*s);
  waiting_.erase(s);
  return taken;
}

} // namespace hadal::actors
