#include "model/config/text_file.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hadal::model {

namespace {

struct descriptor {
  int fd = -1;
  ~descriptor() {
    if (fd >= 0)
      ::close(fd);
  }
};

tl::unexpected<error> io_failure(const std::filesystem::path& file, std::string_view what) {
  return fail(error_code::io_error, fmt::format("{}: {}", file.string(), what), file.string());
}

} // namespace

result<std::string> read_text_file(const std::filesystem::path& file, std::size_t bytes_max) {
  // O_NONBLOCK: opening a pipe in the checkpoint's folder must not block the start.
  const descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (opened.fd < 0)
    return io_failure(file, fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat status {};
  if (::fstat(opened.fd, &status) != 0)
    return io_failure(file, fmt::format("cannot be examined: {}", std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    return io_failure(file, "is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max)
    return io_failure(
        file, fmt::format("has {} bytes, at most {} are allowed", status.st_size, bytes_max));

  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = ::read(opened.fd, text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return io_failure(file, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (count == 0)
      return io_failure(file, "became shorter while it was read");
    filled += static_cast<std::size_t>(count);
  }
  return text;
}

} // namespace hadal::model
