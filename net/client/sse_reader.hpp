#pragma once
// Server-sent events from a stream of bytes in pieces of any size: lines end in LF, CRLF or CR,
// lines of data are joined with LF, an empty line ends an event. Comments and other fields are
// ignored. Events without data are ignored, and so is an unfinished last event.

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net::client {

class sse_reader {
public:
  static constexpr std::size_t event_bytes_max = 16 * 1024 * 1024;

  /// Takes the next bytes and returns the data of the events that they complete. Errors:
  /// bad_protocol if an event exceeds event_bytes_max; the reader must then not be used any more.
  result<std::vector<std::string>> feed(std::string_view bytes);

private:
  void end_line(std::vector<std::string>& events);

  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false; // the last byte was CR: a following LF belongs to it
};

} // namespace hadal::net::client
