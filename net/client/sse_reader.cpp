#include "net/client/sse_reader.hpp"

#include <utility>

namespace hadal::net::client {

result<std::vector<std::string>> sse_reader::feed(std::string_view bytes) {
  std::vector<std::string> events;
  for (const char c : bytes) {
    const bool second_half = after_cr_ && c == '\n';
    after_cr_ = c == '\r';
    if (second_half)
      continue;
    if (c == '\r' || c == '\n') {
      end_line(events);
      continue;
    }
    line_ += c;
    if (line_.size() + data_.size() > event_bytes_max)
      return fail(error_code::bad_protocol, "the server sends an event without end");
  }
  return events;
}

void sse_reader::end_line(std::vector<std::string>& events) {
  constexpr std::string_view field = "data";
  const auto line = std::exchange(line_, {});
  if (line.empty()) {
    if (std::exchange(has_data_, false))
      events.push_back(std::exchange(data_, {}));
    return;
  }
  const auto colon = line.find(':');
  if (std::string_view{line}.substr(0, colon) != field)
    return;
  std::string_view value;
  if (colon != std::string::npos)
    value = std::string_view{line}.substr(colon + 1);
  if (!value.empty() && value.front() == ' ')
    value.remove_prefix(1);
  if (std::exchange(has_data_, true))
    data_ += '\n';
  data_ += value;
}

} // namespace hadal::net::client
