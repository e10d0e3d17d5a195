#include "actors/runtime/environment.hpp"

namespace hadal::runtime {

namespace {

/// The finalizer of SplitMix64: a bijection whose outputs look independent.
std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

} // namespace

std::uint64_t environment::next_random() noexcept {
  return mix(seed_ ^ mix(counter_.fetch_add(1, std::memory_order_relaxed)));
}

std::atomic<std::int64_t>& environment::mailbox_depth(std::string_view actor) {
  std::lock_guard guard(depths_mutex_);
  auto i = depths_.find(actor);
  if (i == depths_.end())
    i = depths_.try_emplace(std::string(actor), 0).first;
  return i->second;
}

void environment::publish_mailbox_depths() {
  std::lock_guard guard(depths_mutex_);
  for (const auto& [actor, depth] : depths_) {
    auto count = depth.load(std::memory_order_relaxed);
    metrics_.set_mailbox_depth(actor, static_cast<std::size_t>(count < 0 ? 0 : count));
  }
}

} // namespace hadal::runtime
