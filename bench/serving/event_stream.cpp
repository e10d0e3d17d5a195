#include "bench/serving/event_stream.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace hadal::bench {

namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr std::string_view data_prefix = "data: ";
constexpr std::string_view tokens_key = "\"completion_tokens\":";

error broken(std::string message) {
  return {error_code::bad_protocol, std::move(message), ""};
}

} // namespace

result<void> event_stream::take_head() {
  constexpr std::string_view good = "HTTP/1.1 200 ";
  if (!line_.starts_with(good))
    return tl::unexpected(broken(fmt::format("the server answered: {}",
                                             std::string_view(line_).substr(0, line_.find('\r')))));
  std::string lower = line_;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.find("\r\ntransfer-encoding: chunked\r\n") == std::string::npos)
    return tl::unexpected(broken("the answer is not a stream (no chunked coding)"));
  line_.clear();
  state_ = state::size;
  return {};
}

result<void> event_stream::take_size() {
  const char* end = line_.data() + line_.size() - 2; // without CR LF
  const auto read = std::from_chars(line_.data(), end, chunk_left_, 16);
  if (read.ec != std::errc{} || (read.ptr != end && *read.ptr != ';'))
    return tl::unexpected(broken("a chunk has no size"));
  line_.clear();
  state_ = chunk_left_ == 0 ? state::trailer : state::data;
  return {};
}

/// Takes a whole line of the body; returns 1 for an event's data, else 0.
std::size_t event_stream::take_line(std::string_view line) {
  if (!line.starts_with(data_prefix))
    return 0;
  if (line.substr(data_prefix.size()) == "[DONE]") {
    done_ = true;
    return 0;
  }
  if (const auto at = line.rfind(tokens_key); at != std::string_view::npos) {
    const char* begin = line.data() + at + tokens_key.size();
    std::from_chars(begin, line.data() + line.size(), completion_tokens_);
  }
  return 1;
}

result<std::size_t> event_stream::feed(std::string_view bytes) {
  std::size_t events = 0;
  while (!bytes.empty()) {
    switch (state_) {
    case state::head:
    case state::size:
    case state::trailer: {
      const bool head = state_ == state::head;
      line_ += bytes.front();
      bytes.remove_prefix(1);
      if (line_.size() > head_bytes_max)
        return tl::unexpected(broken("the answer's head has no end"));
      if (!line_.ends_with(head ? "\r\n\r\n" : "\r\n"))
        break;
      if (head) {
        HADAL_TRY(take_head());
      } else if (state_ == state::size) {
        HADAL_TRY(take_size());
      } else {
        state_ = line_.size() == 2 ? state::ended : state::trailer;
        line_.clear();
      }
      break;
    }
    case state::data: {
      const std::string_view data = bytes.substr(0, chunk_left_);
      bytes.remove_prefix(data.size());
      chunk_left_ -= data.size();
      for (std::size_t begin = 0; begin < data.size();) {
        const std::size_t end = data.find('\n', begin);
        if (end == std::string_view::npos) {
          event_line_ += data.substr(begin);
          break;
        }
        if (event_line_.empty()) {
          events += take_line(data.substr(begin, end - begin));
        } else {
          event_line_ += data.substr(begin, end - begin);
          events += take_line(event_line_);
          event_line_.clear();
        }
        begin = end + 1;
      }
      if (chunk_left_ == 0)
        state_ = state::data_end;
      break;
    }
    case state::data_end:
      line_ += bytes.front();
      bytes.remove_prefix(1);
      if (line_.size() < 2)
        break;
      if (line_ != "\r\n")
        return tl::unexpected(broken("a chunk is longer than its size says"));
      line_.clear();
      state_ = state::size;
      break;
    case state::ended: return tl::unexpected(broken("bytes follow the end of the answer"));
    }
  }
  return events;
}

} // namespace hadal::bench
