#include "bench/serving/load_generator.hpp"

#include "base/assert.hpp"
#include "bench/serving/event_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hadal::bench {

namespace {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

double seconds_between(time_point begin, time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

error io_failure(std::string_view what) {
  return {error_code::io_error, fmt::format("{}: {}", what, std::strerror(errno)), ""};
}

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const noexcept { return fd_; }

private:
  int fd_;
};

std::string request_text(const load_plan& plan) {
  nlohmann::json body = {
      {"messages", {{{"role", "user"}, {"content", plan.prompt}}}},
      {"max_tokens", plan.tokens},
      {"ignore_eos", true},
      {"stream", true},
      {"stream_options", {{"include_usage", true}}},
  };
  if (!plan.model.empty())
    body["model"] = plan.model;
  const std::string text = body.dump();
  const std::string key =
      plan.api_key.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", plan.api_key);
  return fmt::format("POST {}/v1/chat/completions HTTP/1.1\r\nHost: {}\r\n{}"
                     "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                     plan.url.base, plan.url.authority(), key, text.size(), text);
}

result<std::unique_ptr<descriptor>> connect_to(const net::client::server_url& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(url.host.c_str(), fmt::format("{}", url.port).c_str(), &hints, &found);
  if (failed != 0)
    return fail(error_code::io_error, fmt::format("{}: {}", url.host, ::gai_strerror(failed)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    auto socket = std::make_unique<descriptor>(
        ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol));
    if (socket->get() < 0 || ::connect(socket->get(), a->ai_addr, a->ai_addrlen) != 0)
      continue;
    const int on = 1;
    ::setsockopt(socket->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return socket;
  }
  return tl::unexpected(io_failure("cannot connect to " + url.text()));
}

/// One connection and the answer that it waits for.
struct stream {
  std::unique_ptr<descriptor> socket;
  event_stream answer;
  time_point asked;
  time_point last_event;
  std::size_t events = 0;
  std::int32_t requests_left = 0;
};

class load {
public:
  explicit load(const load_plan& plan)
    : plan_(plan), request_(request_text(plan)), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    // Room for all results, so that no vector grows during the measurement.
    const std::size_t requests =
        static_cast<std::size_t>(plan.streams) * static_cast<std::size_t>(plan.requests_per_stream);
    found_.first_token_seconds.reserve(requests);
    found_.between_tokens_seconds.reserve(requests * (static_cast<std::size_t>(plan.tokens) + 4));
  }

  result<load_result> run() {
    if (poll_.get() < 0)
      return tl::unexpected(io_failure("epoll"));
    streams_.resize(static_cast<std::size_t>(plan_.streams));
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      HADAL_TRY_ASSIGN(socket, connect_to(plan_.url));
      streams_[i].socket = std::move(socket);
      streams_[i].requests_left = plan_.requests_per_stream;
      epoll_event interest{};
      interest.events = EPOLLIN;
      interest.data.u64 = i;
      if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, streams_[i].socket->get(), &interest) != 0)
        return tl::unexpected(io_failure("epoll"));
    }
    const time_point begin = clock::now();
    for (stream& s : streams_)
      HADAL_TRY(ask(s));
    HADAL_TRY(read_all());
    found_.seconds = seconds_between(begin, clock::now());
    return std::move(found_);
  }

private:
  result<void> ask(stream& s) {
    s.answer = {};
    s.events = 0;
    s.asked = clock::now();
    --s.requests_left;
    ++open_;
    for (std::string_view rest = request_; !rest.empty();) {
      const ssize_t sent = ::send(s.socket->get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0)
        return tl::unexpected(io_failure("send"));
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  result<void> read_all() {
    std::array<epoll_event, 256> ready{};
    while (open_ > 0) {
      const int count = ::epoll_wait(poll_.get(), ready.data(), static_cast<int>(ready.size()),
                                     plan_.silence_seconds_max * 1000);
      if (count < 0 && errno != EINTR)
        return tl::unexpected(io_failure("epoll"));
      if (count == 0)
        return fail(error_code::deadline_exceeded,
                    fmt::format("nothing came for {} s", plan_.silence_seconds_max));
      for (int i = 0; i < count; ++i)
        HADAL_TRY(read(streams_[ready[static_cast<std::size_t>(i)].data.u64]));
    }
    return {};
  }

  result<void> read(stream& s) {
    const ssize_t got = ::recv(s.socket->get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0)
      return tl::unexpected(io_failure("recv"));
    if (got == 0)
      return fail(error_code::io_error, "the server closed a connection before its answer ended");
    HADAL_TRY_ASSIGN(events, s.answer.feed({buffer_.data(), static_cast<std::size_t>(got)}));
    note_events(s, events);
    if (!s.answer.ended())
      return {};
    --open_;
    if (!s.answer.done())
      return fail(error_code::bad_protocol, "a stream ended without [DONE]");
    if (s.answer.completion_tokens() != plan_.tokens)
      return fail(error_code::bad_protocol,
                  fmt::format("an answer has {} tokens instead of {}", s.answer.completion_tokens(),
                              plan_.tokens));
    found_.tokens += plan_.tokens;
    if (s.requests_left > 0)
      return ask(s);
    s.socket.reset(); // closing is not part of the measured answer
    return {};
  }

  void note_events(stream& s, std::size_t events) {
    if (events == 0)
      return;
    const time_point now = clock::now();
    double gap = 0.0;
    if (s.events == 0)
      found_.first_token_seconds.push_back(seconds_between(s.asked, now));
    else
      gap = seconds_between(s.last_event, now);
    for (std::size_t e = s.events == 0 ? 1 : 0; e < events; ++e, gap = 0.0)
      found_.between_tokens_seconds.push_back(gap);
    s.events += events;
    s.last_event = now;
    found_.events += static_cast<std::int64_t>(events);
  }

  const load_plan& plan_;
  std::string request_;
  descriptor poll_;
  std::vector<stream> streams_;
  std::int32_t open_ = 0;
  std::array<char, 65536> buffer_{};
  load_result found_;
};

} // namespace

result<load_result> run_load(const load_plan& plan) {
  const auto running = std::make_unique<load>(plan);
  return running->run();
}

double percentile(std::vector<double>& values, double p) {
  HADAL_ASSERT(!values.empty());
  const auto rank =
      static_cast<std::ptrdiff_t>(std::ceil(p * static_cast<double>(values.size())) - 1.0);
  const auto at = values.begin() + std::clamp<std::ptrdiff_t>(
                                       rank, 0, static_cast<std::ptrdiff_t>(values.size()) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

} // namespace hadal::bench
