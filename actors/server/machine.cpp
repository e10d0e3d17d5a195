#include "actors/server/machine.hpp"

#include <fmt/core.h>

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>

namespace hadal::server {

namespace {

/// The first number in a file, if it begins with one.
std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file{path};
  std::uint64_t number = 0;
  if (file >> number)
    return number;
  return std::nullopt;
}

std::optional<std::uint64_t> system_memory() {
  std::ifstream file{"/proc/meminfo"};
  for (std::string word; file >> word;) {
    std::uint64_t kib = 0;
    if (word == "MemAvailable:" && file >> kib)
      return kib * 1024;
  }
  return std::nullopt;
}

/// The memory that the control group leaves, in version 2 ("max" is no number) or version 1.
std::optional<std::uint64_t> group_memory() {
  const std::string root = "/sys/fs/cgroup";
  auto most = number_in(root + "/memory.max");
  auto used = number_in(root + "/memory.current");
  if (!most || !used) {
    most = number_in(root + "/memory/memory.limit_in_bytes");
    used = number_in(root + "/memory/memory.usage_in_bytes");
  }
  if (!most || !used)
    return std::nullopt;
  return *most - std::min(*most, *used);
}

struct socket_handle {
  int fd = -1;
  ~socket_handle() {
    if (fd >= 0)
      ::close(fd);
  }
};

} // namespace

std::uint64_t available_memory_bytes() {
  const auto system = system_memory();
  const auto group = group_memory();
  if (system && group)
    return std::min(*system, *group);
  return system.value_or(group.value_or(0));
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

result<void> try_listen(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int failed =
          ::getaddrinfo(host.c_str(), fmt::format("{}", port).c_str(), &hints, &found);
      failed != 0)
    return fail(error_code::io_error, ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};

  const socket_handle tried{::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int on = 1;
  ::setsockopt(tried.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (tried.fd < 0 || ::bind(tried.fd, found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(tried.fd, 1) != 0)
    return fail(error_code::io_error, std::strerror(errno));
  return {};
}

} // namespace hadal::server
