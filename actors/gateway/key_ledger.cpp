#include "actors/gateway/key_ledger.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

namespace hadal::actors {

namespace {

constexpr double seconds_per_minute = 60;
constexpr double retry_after_s_max = 1'000'000;

} // namespace

// -- a request's place --------------------------------------------------------------

key_place::~key_place() {
  if (ledger_)
    ledger_->leave(key_);
}

key_place& key_place::operator=(key_place&& other) noexcept {
  std::swap(ledger_, other.ledger_);
  std::swap(key_, other.key_);
  return *this;
}

void key_place::spend(std::uint64_t tokens, time_point now) {
  if (ledger_)
    ledger_->spend(key_, tokens, now);
}

// -- the accounts -------------------------------------------------------------------

key_ledger::key_ledger(const std::vector<key_limits>& keys) {
  for (const key_limits& limits : keys) {
    auto& a = *accounts_.emplace_back(std::make_unique<account>());
    a.limits = limits;
    a.tokens = static_cast<double>(limits.tokens_per_minute.value_or(0));
  }
}

void key_ledger::fill(account& a, time_point now) {
  const auto full = static_cast<double>(*a.limits.tokens_per_minute);
  // Threads read the clock before they take the lock, so `now` may be slightly in the past.
  const auto until = std::max(now, a.filled.value_or(now));
  const std::chrono::duration<double> passed = until - a.filled.value_or(now);
  a.tokens = std::min(full, a.tokens + passed.count() * full / seconds_per_minute);
  a.filled = until;
}

std::variant<key_place, key_refusal> key_ledger::admit(std::size_t key, time_point now) {
  HADAL_ASSERT(key < accounts_.size());
  account& a = *accounts_[key];
  if (!a.limits.max_concurrency && !a.limits.tokens_per_minute)
    return key_place{};
  std::lock_guard guard(a.mutex);
  if (a.limits.max_concurrency && a.open >= *a.limits.max_concurrency)
    return key_refusal{{error_code::key_limit,
                        fmt::format("this key has {} requests open, and that is its limit "
                                    "(max_concurrency)",
                                    a.open),
                        {}},
                       1};
  if (a.limits.tokens_per_minute) {
    fill(a, now);
    if (a.tokens < 1) {
      const double rate = static_cast<double>(*a.limits.tokens_per_minute) / seconds_per_minute;
      return key_refusal{{error_code::key_limit,
                          fmt::format("this key has used up its {} tokens a minute "
                                      "(tokens_per_minute)",
                                      *a.limits.tokens_per_minute),
                          {}},
                         static_cast<std::uint32_t>(
                             std::min(std::ceil((1 - a.tokens) / rate), retry_after_s_max))};
    }
  }
  ++a.open;
  return key_place{shared_from_this(), key};
}

void key_ledger::leave(std::size_t key) {
  account& a = *accounts_[key];
  std::lock_guard guard(a.mutex);
  --a.open;
}

void key_ledger::spend(std::size_t key, std::uint64_t tokens, time_point now) {
  account& a = *accounts_[key];
  if (!a.limits.tokens_per_minute)
    return;
  std::lock_guard guard(a.mutex);
  fill(a, now);
  a.tokens -= static_cast<double>(tokens);
}

} // namespace hadal::actors
