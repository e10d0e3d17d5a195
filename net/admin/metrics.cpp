#include "net/admin/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

namespace hadal::net {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

const Histogram::BucketBoundaries latency_buckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};
const Histogram::BucketBoundaries step_buckets = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

Gauge& gauge(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

Counter& counter(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

Histogram& histogram(Registry& registry, const char* name, const char* help,
                     const Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

} // namespace

struct metrics::families {
  Registry registry;
  Gauge& requests_running = gauge(registry, "hadal_requests_running", "Sequences that are running");
  Gauge& requests_waiting = gauge(registry, "hadal_requests_waiting", "Sequences in the queue");
  Gauge& kv_pages_total = gauge(registry, "hadal_kv_pages_total", "KV pages in the pool");
  Gauge& kv_pages_used = gauge(registry, "hadal_kv_pages_used", "KV pages held by requests");
  Gauge& kv_pages_cached =
      gauge(registry, "hadal_kv_pages_cached", "KV pages kept for reuse, free to evict");
  Family<Gauge>& mailbox_depth = prometheus::BuildGauge()
                                     .Name("hadal_mailbox_depth")
                                     .Help("Messages waiting in an actor's mailbox")
                                     .Register(registry);
  Counter& prompt_tokens =
      counter(registry, "hadal_prompt_tokens_total", "Prompt tokens of admitted requests");
  Counter& cached_prompt_tokens = counter(registry, "hadal_cached_prompt_tokens_total",
                                          "Prompt tokens whose KV was in the prefix cache");
  Counter& generation_tokens = counter(registry, "hadal_generation_tokens_total", "Tokens sampled");
  Family<Counter>& requests = prometheus::BuildCounter()
                                  .Name("hadal_requests_total")
                                  .Help("Choices that ended, by how")
                                  .Register(registry);
  Family<Counter>& http_requests = prometheus::BuildCounter()
                                       .Name("hadal_http_requests_total")
                                       .Help("HTTP requests answered, refusals included")
                                       .Register(registry);
  Family<Counter>& actor_restarts = prometheus::BuildCounter()
                                        .Name("hadal_actor_restarts_total")
                                        .Help("Times an actor was started again after a failure")
                                        .Register(registry);
  Histogram& time_to_first_token =
      histogram(registry, "hadal_time_to_first_token_seconds",
                "From a request's arrival to its first token", latency_buckets);
  Histogram& inter_token_latency =
      histogram(registry, "hadal_inter_token_latency_seconds",
                "Between one token of a choice and the next", latency_buckets);
  Histogram& request_time = histogram(registry, "hadal_request_seconds",
                                      "From a request's arrival to its end", latency_buckets);
  Histogram& step_time =
      histogram(registry, "hadal_step_seconds", "One step of the model", step_buckets);
};

metrics::metrics() : families_(std::make_unique<families>()) {}
metrics::~metrics() = default;

void metrics::declare(const metric_labels& labels) {
  for (const auto actor : labels.actors)
    families_->mailbox_depth.Add({{"actor", std::string(actor)}});
  for (const auto actor : labels.restarted)
    families_->actor_restarts.Add({{"actor", std::string(actor)}});
  for (const auto reason : labels.finish_reasons)
    families_->requests.Add({{"finish_reason", std::string(reason)}});
  for (const auto path : labels.paths)
    families_->http_requests.Add({{"path", std::string(path)}, {"status", "200"}});
}

void metrics::set_requests(std::size_t running, std::size_t waiting) {
  families_->requests_running.Set(static_cast<double>(running));
  families_->requests_waiting.Set(static_cast<double>(waiting));
}

void metrics::set_kv_pages(std::size_t total, std::size_t used, std::size_t cached) {
  families_->kv_pages_total.Set(static_cast<double>(total));
  families_->kv_pages_used.Set(static_cast<double>(used));
  families_->kv_pages_cached.Set(static_cast<double>(cached));
}

void metrics::set_mailbox_depth(std::string_view actor, std::size_t depth) {
  families_->mailbox_depth.Add({{"actor", std::string(actor)}}).Set(static_cast<double>(depth));
}

void metrics::add_prompt_tokens(std::uint64_t count) {
  families_->prompt_tokens.Increment(static_cast<double>(count));
}

void metrics::add_cached_prompt_tokens(std::uint64_t count) {
  families_->cached_prompt_tokens.Increment(static_cast<double>(count));
}

void metrics::add_generation_tokens(std::uint64_t count) {
  families_->generation_tokens.Increment(static_cast<double>(count));
}

void metrics::count_request(std::string_view finish_reason) {
  families_->requests.Add({{"finish_reason", std::string(finish_reason)}}).Increment();
}

void metrics::count_http_request(std::string_view path_pattern, unsigned status) {
  families_->http_requests
      .Add({{"path", std::string(path_pattern)}, {"status", std::to_string(status)}})
      .Increment();
}

void metrics::count_actor_restart(std::string_view actor) {
  families_->actor_restarts.Add({{"actor", std::string(actor)}}).Increment();
}

void metrics::observe_time_to_first_token(double seconds) {
  families_->time_to_first_token.Observe(seconds);
}

void metrics::observe_inter_token_latency(double seconds) {
  families_->inter_token_latency.Observe(seconds);
}

void metrics::observe_request(double seconds) {
  families_->request_time.Observe(seconds);
}

void metrics::observe_step(double seconds) {
  families_->step_time.Observe(seconds);
}

std::string metrics::text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

std::string_view metrics::content_type() noexcept {
  return "text/plain; version=0.0.4; charset=utf-8";
}

} // namespace hadal::net
