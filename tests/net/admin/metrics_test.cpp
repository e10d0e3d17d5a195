#include "net/admin/metrics.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::net;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("metrics are written under their names with their labels") {
  metrics m;
  m.set_requests(3, 2);
  m.set_kv_pages(100, 40, 10);
  m.set_mailbox_depth("scheduler", 7);
  m.add_prompt_tokens(11);
  m.add_cached_prompt_tokens(5);
  m.add_generation_tokens(13);
  m.count_request("stop");
  m.count_request("stop");
  m.count_request("length");
  m.count_http_request("/v1/models/{id}", 404);
  m.count_actor_restart("tokenizer");
  m.observe_time_to_first_token(0.02);
  m.observe_inter_token_latency(0.02);
  m.observe_request(0.2);
  m.observe_step(0.002);
  const std::string text = "\n" + m.text();
  for (const char* line :
       {"hadal_requests_running 3", "hadal_requests_waiting 2", "hadal_kv_pages_total 100",
        "hadal_kv_pages_used 40", "hadal_kv_pages_cached 10",
        "hadal_mailbox_depth{actor=\"scheduler\"} 7", "hadal_prompt_tokens_total 11",
        "hadal_cached_prompt_tokens_total 5", "hadal_generation_tokens_total 13",
        "hadal_requests_total{finish_reason=\"stop\"} 2",
        "hadal_requests_total{finish_reason=\"length\"} 1",
        "hadal_http_requests_total{path=\"/v1/models/{id}\",status=\"404\"} 1",
        "hadal_actor_restarts_total{actor=\"tokenizer\"} 1",
        "hadal_time_to_first_token_seconds_count 1", "hadal_inter_token_latency_seconds_count 1",
        "hadal_request_seconds_count 1", "hadal_step_seconds_count 1",
        "# TYPE hadal_step_seconds histogram", "# TYPE hadal_requests_total counter"}) {
    CAPTURE(line);
    CHECK(has_line(text, line));
  }
  CHECK(metrics::content_type() == "text/plain; version=0.0.4; charset=utf-8");
}
