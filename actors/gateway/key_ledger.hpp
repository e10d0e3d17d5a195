#pragma once
// The open requests and used tokens of each API key, and its limits. All io threads share it, so it
// locks (per key, and only keys with a limit).
//
// max_concurrency counts open requests. tokens_per_minute is a bucket of one minute's tokens that
// fills evenly: a request is admitted while the bucket holds a token; its prompt and completion
// tokens are taken out as they are used, if necessary below zero; a key whose bucket is negative is
// refused until it refills. No clock: the caller passes the time.

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace hadal::actors {

struct key_limits {
  std::optional<std::int64_t> max_concurrency;
  std::optional<std::int64_t> tokens_per_minute;
};

struct key_refusal {
  error why; // key_limit
  std::uint32_t retry_after_s = 1;
};

class key_ledger;

/// The place of one open request; released at its end.
class key_place {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A request without limits.
  key_place() = default;
  key_place(std::shared_ptr<key_ledger> ledger, std::size_t key)
    : ledger_(std::move(ledger)), key_(key) {}
  ~key_place();
  key_place(key_place&& other) noexcept = default;
  key_place& operator=(key_place&& other) noexcept;

  /// Takes used tokens out of the key's bucket.
  void spend(std::uint64_t tokens, time_point now);

private:
  std::shared_ptr<key_ledger> ledger_; // null: no limits
  std::size_t key_ = 0;
};

class key_ledger : public std::enable_shared_from_this<key_ledger> {
public:
  using time_point = key_place::time_point;

  /// `keys` in the order of the indices of net::api_keys::match.
  explicit key_ledger(const std::vector<key_limits>& keys);

  /// Any thread.
  std::variant<key_place, key_refusal> admit(std::size_t key, time_point now);

private:
  friend class key_place;

  struct account {
    key_limits limits;
    std::mutex mutex;
    std::int64_t open = 0;
    double tokens = 0; // in the bucket at `filled`
    std::optional<time_point> filled;
  };

  static void fill(account& a, time_point now);
  void leave(std::size_t key);
  void spend(std::size_t key, std::uint64_t tokens, time_point now);

  std::vector<std::unique_ptr<account>> accounts_;
};

} // namespace hadal::actors
