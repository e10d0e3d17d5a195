#include "net/http/request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace hadal::net {

namespace {

constexpr std::string_view line_end = "\r\n";

tl::unexpected<error> refuse(std::string_view why) {
  return fail(error_code::bad_protocol, std::string(why));
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) noexcept {
  const auto good = [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), good);
}

/// Visible ASCII only; anything else in a target must be percent-encoded.
bool is_visible(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Tabs and obs-text are allowed in a field's value, other control bytes are not.
bool is_field_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_host(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
  });
}

result<void> check_version(std::string_view version, head_facts& facts) {
  const bool shaped = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                      version[6] == '.' && is_digit(version[7]);
  if (!shaped)
    return refuse("The request line does not end in a version such as HTTP/1.1.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return fail(error_code::version_not_supported,
                fmt::format("{} is not spoken here; HTTP/1.1 is.", version));
  facts.http_1_1 = version == "HTTP/1.1";
  return {};
}

result<void> check_target(std::string_view method, std::string_view target) {
  if (!is_visible(target))
    return refuse("The request target has bytes that are not visible ASCII.");
  const bool absolute =
      same_word(target.substr(0, 7), "http://") || same_word(target.substr(0, 8), "https://");
  if (target.front() != '/' && !absolute && !(target == "*" && method == "OPTIONS"))
    return refuse("The request target must begin with a slash.");
  return {};
}

result<void> check_method(std::string_view method) {
  static constexpr std::array served = {"GET",     "HEAD",  "POST",  "PUT",  "DELETE",
                                        "OPTIONS", "PATCH", "TRACE", "QUERY"};
  if (!is_token(method))
    return refuse("The request's method is not a token.");
  if (std::find(served.begin(), served.end(), method) == served.end())
    return fail(error_code::not_supported,
                fmt::format("The method {} is not supported.", method.substr(0, 32)));
  return {};
}

/// The version is checked before the method, so that a client of another protocol gets that
/// error.
result<void> check_request_line(std::string_view line, head_facts& facts) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos)
    return refuse("The request line must be a method, a target and a version.");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  HADAL_TRY(check_version(line.substr(second + 1), facts));
  HADAL_TRY(check_method(method));
  return check_target(method, target);
}

/// Counts over all fields.
struct field_counts {
  std::size_t fields = 0;
  std::size_t hosts = 0;
  bool transfer_encoding = false;
};

result<void> check_content_length(std::string_view value, head_facts& facts) {
  if (facts.content_length)
    return refuse("Content-Length is given twice.");
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit))
    return refuse("Content-Length must be one decimal number.");
  std::uint64_t length = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (ec != std::errc())
    return fail(error_code::body_too_large, "Content-Length is larger than any body may be.");
  facts.content_length = length;
  return {};
}

result<void> check_transfer_encoding(std::string_view value, field_counts& counts,
                                     head_facts& facts) {
  if (counts.transfer_encoding)
    return refuse("Transfer-Encoding is given twice.");
  counts.transfer_encoding = true;
  if (value.empty())
    return refuse("Transfer-Encoding is empty.");
  if (!same_word(value, "chunked"))
    return fail(error_code::not_supported, "No transfer coding but chunked is supported.");
  facts.chunked = true;
  return {};
}

struct field_view {
  std::string_view name;
  std::string_view value;
};

result<field_view> split_field(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t')
    return refuse("A header field is continued on a second line.");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return refuse("A header line has no colon.");
  const field_view field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
  if (!is_token(field.name))
    return refuse("A header's name is not a token.");
  if (!is_field_value(field.value))
    return refuse("A header's value has a control byte.");
  return field;
}

result<void> check_field(std::string_view line, field_counts& counts, head_facts& facts) {
  HADAL_TRY_ASSIGN(field, split_field(line));
  const auto& [name, value] = field;
  if (same_word(name, "content-length"))
    return check_content_length(value, facts);
  if (same_word(name, "transfer-encoding"))
    return check_transfer_encoding(value, counts, facts);
  if (same_word(name, "host")) {
    ++counts.hosts;
    if (!is_host(value))
      return refuse("The Host header is malformed.");
  }
  if (same_word(name, "expect") && facts.http_1_1) {
    if (!same_word(value, "100-continue"))
      return fail(error_code::expectation_failed, "No expectation but 100-continue can be met.");
    facts.expects_continue = true;
  }
  return {};
}

/// A request without a length has no body (RFC 9112, 6.3), for every method.
result<void> check_framing(const field_counts& counts, const head_facts& facts) {
  if (counts.hosts > 1)
    return refuse("The Host header is given twice.");
  if (facts.http_1_1 && counts.hosts == 0)
    return refuse("The Host header is missing.");
  if (facts.chunked && facts.content_length)
    return refuse("Content-Length and Transfer-Encoding are both given.");
  if (facts.chunked && !facts.http_1_1)
    return refuse("HTTP/1.0 has no Transfer-Encoding.");
  return {};
}

} // namespace

result<std::optional<std::size_t>> head_scanner::scan(std::string_view text) {
  const std::size_t end = std::min(text.size(), limits_.bytes_max);
  for (; seen_ < end; ++seen_) {
    const auto byte = static_cast<unsigned char>(text[seen_]);
    const bool after_cr = seen_ > line_start_ && text[seen_ - 1] == '\r';
    if (after_cr != (byte == '\n'))
      return refuse("A carriage return and a line feed do not stand together.");
    if (byte == '\n') {
      const bool empty_line = seen_ == line_start_ + 1;
      line_start_ = seen_ + 1;
      if (empty_line)
        return std::optional<std::size_t>(++seen_);
      if (++lines_ > limits_.fields_max + 1)
        return fail(error_code::headers_too_large,
                    fmt::format("A request may have up to {} header fields.", limits_.fields_max));
    } else if (byte < 0x20 && byte != '\r' && byte != '\t') {
      return refuse("The request's head has a control byte.");
    }
  }
  if (text.size() < limits_.bytes_max)
    return std::optional<std::size_t>();
  if (lines_ == 0)
    return fail(error_code::uri_too_long,
                fmt::format("The request line is longer than {} bytes.", limits_.bytes_max));
  return fail(error_code::headers_too_large,
              fmt::format("The request's head is larger than {} bytes.", limits_.bytes_max));
}

result<head_facts> check_head(std::string_view head, head_limits limits) {
  head_facts facts;
  field_counts counts;
  const std::size_t first_end = head.find(line_end);
  if (first_end == std::string_view::npos || !head.ends_with("\r\n\r\n"))
    return refuse("The request's head is not whole.");
  HADAL_TRY(check_request_line(head.substr(0, first_end), facts));
  std::string_view rest = head.substr(first_end + line_end.size());
  while (rest != line_end) {
    if (++counts.fields > limits.fields_max)
      return fail(error_code::headers_too_large,
                  fmt::format("A request may have up to {} header fields.", limits.fields_max));
    const std::size_t end = rest.find(line_end);
    if (end == 0 || end == std::string_view::npos)
      return refuse("An empty line stands among the header fields.");
    HADAL_TRY(check_field(rest.substr(0, end), counts, facts));
    rest.remove_prefix(end + line_end.size());
  }
  HADAL_TRY(check_framing(counts, facts));
  return facts;
}

result<void> check_trailer_field(std::string_view line) {
  HADAL_TRY_ASSIGN(field, split_field(line));
  for (const std::string_view name : {"content-length", "transfer-encoding", "host"})
    if (same_word(field.name, name))
      return refuse("A trailer field would change how the request is read.");
  return {};
}

} // namespace hadal::net
