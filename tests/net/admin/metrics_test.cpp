#include "net/admin/metrics.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

using namespace hadal::net;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

std::set<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), expression), end; i != end; ++i)
    found.insert((*i)[1]);
  return found;
}

/// The section of docs/API.md about /metrics.
std::string metrics_page() {
  std::ifstream file("docs/API.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const auto begin = page.find("\n## GET /metrics");
  REQUIRE(begin != std::string::npos);
  return page.substr(begin, page.find("\n## ", begin + 1) - begin);
}

} // namespace

TEST_CASE("docs/API.md names every family there is and no other") {
  metrics m;
  m.declare({{"scheduler"}, {"shard"}, {"stop"}, {"/health"}});
  const auto families = matches(m.text(), "# TYPE (\\w+) ");
  CHECK(families.size() == 16);
  CHECK(matches(metrics_page(), "`(hadal_\\w+)") == families);
}

TEST_CASE("what is declared is there with 0, and counted from there") {
  metrics m;
  m.declare({{"scheduler", "parser"}, {"shard"}, {"stop", "error"}, {"/health"}});
  const std::string before = "\n" + m.text();
  for (const char* sample :
       {R"(hadal_mailbox_depth{actor="scheduler"} 0)", R"(hadal_mailbox_depth{actor="parser"} 0)",
        R"(hadal_actor_restarts_total{actor="shard"} 0)",
        R"(hadal_requests_total{finish_reason="stop"} 0)",
        R"(hadal_requests_total{finish_reason="error"} 0)",
        R"(hadal_http_requests_total{path="/health",status="200"} 0)", "hadal_requests_running 0",
        "hadal_cached_prompt_tokens_total 0", "hadal_step_seconds_count 0"}) {
    CAPTURE(sample);
    CHECK(has_line(before, sample));
  }
  m.count_actor_restart("shard");
  m.count_request("stop");
  m.count_http_request("/health", 200);
  const std::string after = "\n" + m.text();
  CHECK(has_line(after, R"(hadal_actor_restarts_total{actor="shard"} 1)"));
  CHECK(has_line(after, R"(hadal_requests_total{finish_reason="stop"} 1)"));
  CHECK(has_line(after, R"(hadal_http_requests_total{path="/health",status="200"} 1)"));
}

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
