#pragma once
// Decodes a chunked body strictly as it arrives. (Beast's decoder asserts for some ways to cut a
// body into pieces, and our builds keep assertions on.)
//
// Extensions and trailers are checked and dropped. A size has up to 16 digits; a chunk's line, and
// the trailer as a whole, have up to chunk_line_bytes_max bytes.

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::net {

inline constexpr std::size_t chunk_line_bytes_max = 1024;
inline constexpr std::size_t trailer_bytes_max = 4096;

class chunk_decoder {
public:
  explicit chunk_decoder(std::size_t body_bytes_max) noexcept : body_bytes_max_(body_bytes_max) {}

  /// Takes bytes from the front of `text` and returns how many; the rest must be passed again with
  /// more bytes after it, or follows the body. Errors: bad_protocol, body_too_large.
  result<std::size_t> put(std::string_view text);

  bool done() const noexcept { return state_ == state::done; }
  std::string& body() noexcept { return body_; }

private:
  enum class state : std::uint8_t { size, data, data_end, trailer, done };

  result<std::size_t> put_size(std::string_view text);
  std::size_t put_data(std::string_view text);
  result<std::size_t> put_data_end(std::string_view text);
  result<std::size_t> put_trailer(std::string_view text);
  result<void> begin_chunk(std::string_view line);

  std::size_t body_bytes_max_;
  state state_ = state::size;
  std::size_t chunk_left_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::string body_;
};

} // namespace hadal::net
