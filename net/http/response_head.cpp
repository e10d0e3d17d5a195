#include "net/http/response_head.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace hadal::net {

namespace {

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
  case 200: return "OK";
  case 204: return "No Content";
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 408: return "Request Timeout";
  case 411: return "Length Required";
  case 413: return "Content Too Large";
  case 414: return "URI Too Long";
  case 415: return "Unsupported Media Type";
  case 417: return "Expectation Failed";
  case 429: return "Too Many Requests";
  case 431: return "Request Header Fields Too Large";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 503: return "Service Unavailable";
  case 505: return "HTTP Version Not Supported";
  default: return "Unknown";
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  out += "\r\n";
}

} // namespace

bool has_no_body(unsigned status) noexcept {
  return status < 200 || status == 204 || status == 304;
}

std::string http_date(std::time_t seconds) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  gmtime_r(&seconds, &t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                     months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour,
                     t.tm_min, t.tm_sec);
}

void append_response_head(std::string& out, const response_head& head, std::string_view date) {
  const fmt::format_int status(head.status);
  out.append("HTTP/1.1 ").append(status.data(), status.size());
  out.append(" ").append(reason_phrase(head.status));
  out.append("\r\nDate: ").append(date).append("\r\nServer: hadal\r\n");
  if (!has_no_body(head.status)) {
    if (!head.content_type.empty())
      append_field(out, "Content-Type", head.content_type);
    if (head.framing == body_framing::length)
      append_field(out, "Content-Length", std::to_string(head.content_length));
    else if (head.framing == body_framing::chunked)
      append_field(out, "Transfer-Encoding", "chunked");
  }
  for (const header_field& field : head.headers)
    append_field(out, field.name, field.value);
  out += head.header_lines;
  if (!head.keep_alive)
    append_field(out, "Connection", "close");
  else if (!head.http_1_1)
    append_field(out, "Connection", "keep-alive");
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view bytes) {
  if (bytes.empty())
    return;
  char size[2 * sizeof(std::size_t)];
  char* end = std::to_chars(size, size + sizeof(size), bytes.size(), 16).ptr;
  out.reserve(out.size() + bytes.size() + sizeof(size) + 4);
  out.append(size, end);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

void append_last_chunk(std::string& out) {
  out += "0\r\n\r\n";
}

} // namespace hadal::net
