#pragma once
// The answer to one streamed request, read cheaply, because the load generator shares its cores
// with the server: status, chunked coding, and the number of server-sent events. Only the event
// that carries `usage` is kept.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::bench {

class event_stream {
public:
  /// Takes the next bytes of the connection; returns the number of events that they complete,
  /// `[DONE]` not counted. Errors: bad_protocol (not a chunked answer with status 200; the message
  /// quotes the begin of the body). Bytes after the end are an error.
  result<std::size_t> feed(std::string_view bytes);

  /// The last chunk has arrived.
  bool ended() const noexcept { return state_ == state::ended; }
  /// `data: [DONE]` has arrived.
  bool done() const noexcept { return done_; }
  /// `usage.completion_tokens` of the event that contains it; -1 before.
  std::int64_t completion_tokens() const noexcept { return completion_tokens_; }

private:
  enum class state : std::uint8_t { head, size, data, data_end, trailer, ended };

  result<void> take_head();
  result<void> take_size();
  std::size_t take_line(std::string_view line);

  state state_ = state::head;
  std::string line_; // of the head, of a chunk's size, of a trailer
  std::uint64_t chunk_left_ = 0;
  std::string event_line_; // the beginning of an unfinished line of data
  bool done_ = false;
  std::int64_t completion_tokens_ = -1;
};

} // namespace hadal::bench
