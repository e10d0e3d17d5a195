#pragma once
// State that all actors of one system share, passed to each at construction (there are no globals):
// the hook that is called with every message before it is enqueued, the source of randomness, the
// metrics. It outlives the actor system. The clock is CAF's own (`actor_base::now`), which the test
// coordinator makes virtual.

#include "base/ids.hpp"
#include "net/admin/metrics.hpp"

#include <caf/fwd.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace hadal::runtime {

/// Called with every message before it enters a mailbox. Null in production; fault injection and
/// simulation set one. Called on the sender's thread, from several threads at once.
class tap {
public:
  virtual ~tap() = default;

  /// True: deliver the element. False: the tap kept it (to delay it) or destroyed it (to drop it).
  virtual bool pass(caf::abstract_actor& to, caf::mailbox_element_ptr& element) = 0;
};

class environment {
public:
  /// `seed` fixes every random choice (call ids, sampling seeds of requests without a seed).
  environment(std::uint64_t seed, net::metrics& metrics) : seed_(seed), metrics_(metrics) {}
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  std::atomic<tap*> hook{nullptr};

  /// Messages that the protocol of their receiver does not list; each is a bug.
  std::atomic<std::uint64_t> unlisted_messages{0};

  /// In simulation no actor has a thread of its own: all run on the deterministic coordinator.
  bool simulated = false;

  net::metrics& metrics() noexcept { return metrics_; }

  /// Ids that are unique within the process; safe from any thread.
  request_id next_request() noexcept { return request_id{++requests_}; }
  sequence_id next_sequence() noexcept { return sequence_id{++sequences_}; }

  /// Messages waiting for all actors of this kind. The reference stays valid.
  std::atomic<std::int64_t>& mailbox_depth(std::string_view actor);

  /// Writes the mailbox depths to the metrics; called before they are read.
  void publish_mailbox_depths();

  /// The next value of the seeded stream; safe from any thread.
  std::uint64_t next_random() noexcept;

private:
  std::uint64_t seed_;
  std::atomic<std::uint64_t> counter_{0};
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> sequences_{0};
  net::metrics& metrics_;
  std::mutex depths_mutex_;
  std::map<std::string, std::atomic<std::int64_t>, std::less<>> depths_;
};

} // namespace hadal::runtime
