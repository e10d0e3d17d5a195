#pragma once
// Streams of chat requests against a server, all on one thread: each stream sends its next request
// when its last answer has ended. Answers are counted and checked: a stream must end in [DONE] and
// its usage must give the number of tokens that was asked for.

#include "base/result.hpp"
#include "net/client/server_url.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hadal::bench {

struct load_plan {
  net::client::server_url url;
  std::string api_key; // empty: none
  std::string model;   // empty: the server's default
  std::int32_t streams = 64;
  std::int32_t tokens = 256; // of every answer; ignore_eos is set
  std::int32_t requests_per_stream = 4;
  std::string prompt = "Tell me a story.";
  std::int32_t silence_seconds_max = 60;
};

struct load_result {
  std::int64_t tokens = 0;
  std::int64_t events = 0;
  double seconds = 0;                         // from the first request to the last byte
  std::vector<double> first_token_seconds;    // one per request
  std::vector<double> between_tokens_seconds; // one per event after the first

  double tokens_per_second() const noexcept { return static_cast<double>(tokens) / seconds; }
};

/// Errors: io_error (no connection, or it broke), bad_protocol (a wrong answer), deadline_exceeded
/// (no byte for silence_seconds_max).
result<load_result> run_load(const load_plan& plan);

/// The value that a share `p` in [0, 1] of the values does not exceed. Reorders `values`, which
/// must not be empty.
double percentile(std::vector<double>& values, double p);

} // namespace hadal::bench
