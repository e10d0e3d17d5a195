#include "tests/net/http/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>

namespace hadal::test {

namespace {

constexpr timeval patience{10, 0};

int connect_to(std::uint16_t port, const char* address) {
  sockaddr_storage storage{};
  socklen_t length = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    length = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    length = sizeof(sockaddr_in6);
  }
  const int fd = ::socket(storage.ss_family, SOCK_STREAM, 0);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&storage), length) == 0)
    return fd;
  std::perror("test client cannot connect");
  std::abort();
}

} // namespace

raw_client::raw_client(std::uint16_t port, const char* address) : fd_(connect_to(port, address)) {
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

raw_client::~raw_client() {
  close();
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void raw_client::shut_down_sending() {
  ::shutdown(fd_, SHUT_WR);
}

void raw_client::reset() {
  const linger abrupt{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
  close();
}

void raw_client::close() {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
}

void raw_client::limit_receive_buffer(int bytes) {
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool raw_client::fill() {
  std::array<char, 16 * 1024> space{};
  const auto count = ::recv(fd_, space.data(), space.size(), 0);
  if (count <= 0)
    return false;
  buffer_.append(space.data(), static_cast<std::size_t>(count));
  return true;
}

std::string raw_client::take(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  std::string out = buffer_.substr(0, count);
  buffer_.erase(0, out.size());
  return out;
}

std::string raw_client::read_until(std::string_view text) {
  std::size_t at = 0;
  while ((at = buffer_.find(text)) == std::string::npos)
    if (!fill())
      return take(buffer_.size());
  return take(at + text.size());
}

bool raw_client::ends() {
  for (;;) {
    buffer_.clear();
    std::array<char, 16 * 1024> space{};
    const auto count = ::recv(fd_, space.data(), space.size(), 0);
    if (count == 0)
      return true;
    if (count < 0)
      return errno == ECONNRESET;
  }
}

std::string raw_client::read_all() {
  while (fill()) {
  }
  return take(buffer_.size());
}

std::optional<raw_answer> raw_client::read_answer(bool to_head) {
  const std::string head = read_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n"))
    return std::nullopt;
  raw_answer answer;
  answer.status = std::atoi(head.c_str() + 9);
  for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(": ", at);
    std::string name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  if (to_head) {
    answer.complete = true;
  } else if (answer.headers.contains("content-length")) {
    const std::size_t length = std::strtoull(answer.headers["content-length"].c_str(), nullptr, 10);
    answer.body = take(length);
    answer.complete = answer.body.size() == length;
  } else if (answer.headers.contains("transfer-encoding")) {
    for (;;) {
      const std::string line = read_until("\r\n");
      const std::size_t size = std::strtoull(line.c_str(), nullptr, 16);
      const std::string chunk = take(size + 2);
      if (!line.ends_with("\r\n") || !chunk.ends_with("\r\n"))
        break;
      if (size == 0) {
        answer.complete = true;
        break;
      }
      answer.body += chunk.substr(0, size);
    }
  } else if (answer.status >= 200) {
    answer.body = read_all();
    answer.complete = true;
  } else {
    answer.complete = true;
  }
  return answer;
}

std::optional<raw_answer> ask(std::uint16_t port, std::string_view request) {
  raw_client client(port);
  client.send(request);
  return client.read_answer();
}

} // namespace hadal::test
