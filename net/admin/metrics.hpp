#pragma once
// The metrics of /metrics. One object per process; every function may be called from any thread.
// Label values are names of ours, never text of a client.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

/// Label values that are known at the start.
struct metric_labels {
  std::vector<std::string_view> actors;         // that have a mailbox
  std::vector<std::string_view> restarted;      // actors that are restarted when they die
  std::vector<std::string_view> finish_reasons; // of choices
  std::vector<std::string_view> paths;          // of requests answered with 200
};

class metrics {
public:
  metrics();
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  /// Adds a sample of 0 for each of these to every family, so that a rate sees the first event.
  /// Call before anything is counted.
  void declare(const metric_labels& labels);

  // Gauges.
  void set_requests(std::size_t running, std::size_t waiting);
  void set_kv_pages(std::size_t total, std::size_t used, std::size_t cached);
  void set_mailbox_depth(std::string_view actor, std::size_t depth);

  // Counters.
  void add_prompt_tokens(std::uint64_t count);
  void add_cached_prompt_tokens(std::uint64_t count);
  void add_generation_tokens(std::uint64_t count);
  void count_request(std::string_view finish_reason);
  void count_http_request(std::string_view path_pattern, unsigned status);
  void count_actor_restart(std::string_view actor);

  // Histograms, in seconds.
  void observe_time_to_first_token(double seconds);
  void observe_inter_token_latency(double seconds);
  void observe_request(double seconds);
  void observe_step(double seconds);

  /// The text format of Prometheus, version 0.0.4.
  std::string text() const;
  /// Its content type.
  static std::string_view content_type() noexcept;

private:
  struct families;
  std::unique_ptr<families> families_;
};

} // namespace hadal::net
