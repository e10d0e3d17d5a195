#include "net/http/chunk_decoder.hpp"

#include "net/http/request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace hadal::net {

namespace {

constexpr std::size_t size_digits_max = 16;
constexpr std::size_t line_end_bytes = 2;

tl::unexpected<error> refuse(std::string_view why) {
  return fail(error_code::bad_protocol, std::string(why));
}

/// The line at the front of `text` without its CRLF; nullopt while it is incomplete.
result<std::optional<std::string_view>> line_of(std::string_view text, std::size_t bytes_max) {
  const std::size_t size = std::min(text.size(), bytes_max);
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r') {
      if (i + 1 == text.size())
        return std::optional<std::string_view>();
      if (text[i + 1] != '\n')
        return refuse("The chunked body has a carriage return without its line feed.");
      return std::optional(text.substr(0, i));
    }
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
      return refuse("The chunked body has a control byte outside its data.");
  }
  if (size == bytes_max)
    return refuse("A line of the chunked body is too long.");
  return std::optional<std::string_view>();
}

} // namespace

result<std::size_t> chunk_decoder::put(std::string_view text) {
  std::size_t taken = 0;
  while (!done() && taken < text.size()) {
    const std::string_view rest = text.substr(taken);
    result<std::size_t> step = std::size_t{0};
    switch (state_) {
    case state::size: step = put_size(rest); break;
    case state::data: step = put_data(rest); break;
    case state::data_end: step = put_data_end(rest); break;
    case state::trailer: step = put_trailer(rest); break;
    case state::done: break;
    }
    if (!step)
      return step;
    if (*step == 0)
      break;
    taken += *step;
  }
  return taken;
}

result<std::size_t> chunk_decoder::put_size(std::string_view text) {
  HADAL_TRY_ASSIGN(line, line_of(text, chunk_line_bytes_max));
  if (!line)
    return std::size_t{0};
  HADAL_TRY(begin_chunk(*line));
  return line->size() + line_end_bytes;
}

result<void> chunk_decoder::begin_chunk(std::string_view line) {
  std::uint64_t size = 0;
  const auto [end, ec] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (ec != std::errc() || line.front() == '-' || digits > size_digits_max)
    return refuse("A chunk's size is not a hexadecimal number of up to 16 digits.");
  const std::string_view rest = line.substr(digits);
  const auto extension = rest.find_first_not_of(" \t");
  if (!rest.empty() && (extension == std::string_view::npos || rest[extension] != ';'))
    return refuse("A chunk's size is followed by something that is no extension.");
  if (size > body_bytes_max_ - body_.size())
    return fail(
        error_code::body_too_large,
        fmt::format("The body has more than the {} bytes that are taken.", body_bytes_max_));
  chunk_left_ = static_cast<std::size_t>(size);
  state_ = size == 0 ? state::trailer : state::data;
  return {};
}

std::size_t chunk_decoder::put_data(std::string_view text) {
  const std::size_t count = std::min(text.size(), chunk_left_);
  body_ += text.substr(0, count);
  chunk_left_ -= count;
  if (chunk_left_ == 0)
    state_ = state::data_end;
  return count;
}

result<std::size_t> chunk_decoder::put_data_end(std::string_view text) {
  if (text[0] != '\r' || (text.size() > 1 && text[1] != '\n'))
    return refuse("A chunk's data does not end where its size says.");
  if (text.size() < line_end_bytes)
    return std::size_t{0};
  state_ = state::size;
  return line_end_bytes;
}

result<std::size_t> chunk_decoder::put_trailer(std::string_view text) {
  HADAL_TRY_ASSIGN(line, line_of(text, trailer_bytes_max - trailer_bytes_));
  if (!line)
    return std::size_t{0};
  if (line->empty()) {
    state_ = state::done;
    return line_end_bytes;
  }
  HADAL_TRY(check_trailer_field(*line));
  trailer_bytes_ += line->size() + line_end_bytes;
  if (trailer_bytes_ >= trailer_bytes_max)
    return refuse("The trailer of the chunked body is too long.");
  return line->size() + line_end_bytes;
}

} // namespace hadal::net
