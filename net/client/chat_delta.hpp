#pragma once
// The parts of an event of a streamed chat answer that a terminal shows.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hadal::net::client {

struct chat_delta {
  std::string content;
  std::string reasoning;     // reasoning_content, or `reasoning` of some servers
  std::string finish_reason; // empty: the answer continues
};

/// Reads the data of one event; of several choices the first counts.
/// Errors: bad_protocol (not JSON of that form), internal (an error event: its message).
result<chat_delta> parse_chat_delta(std::string_view json);

/// The message of an error body `{"error": {"message": ...}}`, or the body's first line.
std::string error_message_of(std::string_view body);

/// The ids of a `/v1/models` answer. Errors: bad_protocol.
result<std::vector<std::string>> parse_model_ids(std::string_view json);

} // namespace hadal::net::client
