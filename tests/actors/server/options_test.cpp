#include "actors/server/options.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;

serve_limits resolve(const serve_options& options, std::int32_t context, std::uint32_t cores) {
  const auto decided = resolve_limits(options, context, cores);
  INFO((decided ? "" : decided.error().message));
  REQUIRE(decided.has_value());
  return *decided;
}

} // namespace

TEST_CASE("the KV pool holds two contexts, at least 16384 tokens") {
  CHECK(resolve({}, 4096, 2).max_total_tokens == 16384);
  CHECK(resolve({}, 8192, 2).max_total_tokens == 16384);
  CHECK(resolve({}, 163840, 2).max_total_tokens == 327680);
}

TEST_CASE("the KV pool is whole pages, never more than was asked for") {
  serve_options options;
  options.max_total_tokens = 1000;
  CHECK(resolve(options, 512, 2).max_total_tokens == 960);
}

TEST_CASE("the context is the model's unless a shorter one is asked for") {
  serve_options options;
  CHECK(resolve(options, 4096, 2).context_length == 4096);
  options.context_length = 1024;
  CHECK(resolve(options, 4096, 2).context_length == 1024);
}

TEST_CASE("the context is never longer than the KV pool") {
  serve_options options;
  options.max_total_tokens = 640;
  CHECK(resolve(options, 4096, 2).context_length == 640);
}

TEST_CASE("a context longer than the model's is refused with both numbers") {
  serve_options options;
  options.context_length = 8192;
  const auto decided = resolve_limits(options, 4096, 2);
  REQUIRE_FALSE(decided.has_value());
  CHECK(decided.error().code == hadal::error_code::invalid_config);
  CHECK(decided.error().param == "--context-length");
  CHECK(decided.error().message == "--context-length 8192 is longer than the model's own context "
                                   "of 4096 tokens (max_position_embeddings)");
}

TEST_CASE("a body may hold a prompt that fills the context, and a mebibyte at least") {
  serve_options options;
  CHECK(resolve(options, 4096, 2).max_body_bytes == 1024 * 1024);
  CHECK(resolve(options, 163'840, 2).max_body_bytes == 16 * 163'840);
  CHECK(resolve(options, 400'000, 2).max_body_bytes == 16 * 400'000);
  CHECK(resolve(options, 1 << 30, 2).max_body_bytes == 1U << 30); // the most there is
  options.context_length = 100'000; // what is served counts, not what the model could
  CHECK(resolve(options, 163'840, 2).max_body_bytes == 1'600'000);
  options.max_body_bytes = 77;
  CHECK(resolve(options, 163'840, 2).max_body_bytes == 77);
}

TEST_CASE("pages of everybody are warned of where no key is asked for") {
  serve_options options;
  options.cors_allow_origins = {"https://example.org"};
  CHECK(start_warnings(options).empty());
  options.cors_allow_origins.emplace_back("*");
  REQUIRE(start_warnings(options).size() == 1);
  CHECK(start_warnings(options)[0].find("--cors-allow-origin is *") != std::string::npos);
  options.api_key = "k";
  CHECK(start_warnings(options).empty());
}

TEST_CASE("the queue holds four times what runs, at least 256 requests, and eight contexts") {
  serve_options options;
  options.max_running_requests = 16;
  CHECK(resolve(options, 4096, 2).max_queued_requests == 256);
  options.max_running_requests = 256;
  CHECK(resolve(options, 4096, 2).max_queued_requests == 1024);
  CHECK(resolve(options, 4096, 2).max_queued_tokens == 8 * 4096);
  options.max_queued_requests = 0;
  options.max_queued_tokens = 5;
  CHECK(resolve(options, 4096, 2).max_queued_requests == 0);
  CHECK(resolve(options, 4096, 2).max_queued_tokens == 5);
}

TEST_CASE("threads follow the cores, and flags win over both") {
  CHECK(resolve({}, 4096, 1).threads == 1);
  CHECK(resolve({}, 4096, 16).threads == 16);
  CHECK(resolve({}, 4096, 1).io_threads == 1);
  CHECK(resolve({}, 4096, 16).io_threads == 4);
  CHECK(resolve({}, 4096, 256).io_threads == 8);
  serve_options options;
  options.threads = 3;
  options.io_threads = 5;
  CHECK(resolve(options, 4096, 16).threads == 3);
  CHECK(resolve(options, 4096, 16).io_threads == 5);
}

TEST_CASE("a chunk size of -1 means prompts in one piece") {
  serve_options options;
  CHECK(resolve(options, 4096, 2).chunked_prefill_size == 512);
  options.chunked_prefill_size = -1;
  CHECK(resolve(options, 4096, 2).chunked_prefill_size == 4096);
}

TEST_CASE("a public address without a key is worth a warning, one with a key is not") {
  serve_options options;
  for (const auto* own : {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) {
    options.host = own;
    CHECK(start_warnings(options).empty());
  }
  options.host = "0.0.0.0";
  const auto lines = start_warnings(options);
  REQUIRE(lines.size() == 1);
  CHECK(lines.front() == "anybody who reaches 0.0.0.0:30000 can use this server: no --api-key is "
                         "set and the address is not this machine's own");
  options.api_key = "k";
  CHECK(start_warnings(options).empty());
}

TEST_CASE("a key file is answered with a line about what of it has no effect yet") {
  serve_options options;
  options.api_key_file = "keys";
  REQUIRE(start_warnings(options).size() == 1);
  CHECK(start_warnings(options).front().find("weight and admin") != std::string::npos);
}

TEST_CASE("the flag --trust-remote-code is answered with a line that it has no effect") {
  serve_options options;
  options.trust_remote_code = true;
  REQUIRE(start_warnings(options).size() == 1);
  CHECK(start_warnings(options).front().find("--trust-remote-code has no effect") == 0);
}

TEST_CASE("this process may run on at least one core") {
  CHECK(usable_cores() >= 1);
}
