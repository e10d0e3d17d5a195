#include "actors/scheduler/token_pacer.hpp"

namespace hadal::actors {

bool token_pacer::hold(sequence_id sequence, const model::sampled_token& token, time_point now) {
  auto last = last_due_.find(sequence);
  if (token.delay_us == 0 && last == last_due_.end())
    return false;
  auto due =
      (last != last_due_.end() ? last->second : now) + std::chrono::microseconds(token.delay_us);
  last_due_[sequence] = due;
  held_.emplace(std::make_pair(due, ++arrivals_), due_token{sequence, token});
  return true;
}

std::optional<token_pacer::time_point> token_pacer::next_due() const {
  return held_.empty() ? std::nullopt : std::optional(held_.begin()->first.first);
}

std::vector<token_pacer::due_token> token_pacer::take_due(time_point now) {
  std::vector<due_token> due;
  while (!held_.empty() && held_.begin()->first.first <= now) {
    auto& [when, entry] = *held_.begin();
    auto last = last_due_.find(entry.sequence);
    if (last != last_due_.end() && last->second == when.first)
      last_due_.erase(last);
    due.push_back(std::move(entry));
    held_.erase(held_.begin());
  }
  return due;
}

void token_pacer::clear() {
  held_.clear();
  last_due_.clear();
}

} // namespace hadal::actors
