#include "tests/support/canned_server.hpp"

#include <fmt/core.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace hadal::testing {

namespace {

/// Reads a header and the body bytes that its Content-Length gives.
std::string read_request(int connection) {
  std::string request;
  std::array<char, 4096> bytes{};
  while (true) {
    if (const auto end = request.find("\r\n\r\n"); end != std::string::npos) {
      const auto length = request.find("Content-Length: ");
      const auto wanted =
          length < end ? std::strtoul(request.c_str() + length + 16, nullptr, 10) : 0;
      if (request.size() >= end + 4 + wanted)
        return request;
    }
    const auto got = ::recv(connection, bytes.data(), bytes.size(), 0);
    if (got <= 0)
      return request;
    request.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

} // namespace

canned_server::canned_server(std::vector<canned_answer> answers)
  : answers_{std::move(answers)}, listener_{::socket(AF_INET, SOCK_STREAM, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, plain, &size) != 0)
    throw std::runtime_error{"no loopback port for a test"};
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

canned_server::~canned_server() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> canned_server::requests() const {
  const std::lock_guard lock{guard_};
  return requests_;
}

void canned_server::run() {
  for (std::size_t i = 0;; ++i) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0)
      return;
    if (i < answers_.size())
      serve(connection, answers_[i]);
    ::close(connection);
  }
}

void canned_server::serve(int connection, const canned_answer& answer) {
  auto request = read_request(connection);
  {
    const std::lock_guard lock{guard_};
    requests_.push_back(std::move(request));
  }
  bool first = true;
  for (const auto& piece : answer.pieces) {
    if (!std::exchange(first, false) && answer.before_next)
      answer.before_next();
    if (::send(connection, piece.data(), piece.size(), MSG_NOSIGNAL) < 0)
      return;
  }
  char byte = 0;
  if (answer.hold_open && ::recv(connection, &byte, 1, 0) == 0)
    ++hang_ups_;
}

canned_answer chunked(std::vector<std::string> pieces) {
  canned_answer answer;
  answer.pieces = {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n"};
  for (const auto& piece : pieces)
    answer.pieces.push_back(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
  answer.pieces.emplace_back("0\r\n\r\n");
  return answer;
}

canned_answer whole(int status, std::string body) {
  canned_answer answer;
  answer.pieces = {
      fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body)};
  return answer;
}

} // namespace hadal::testing
