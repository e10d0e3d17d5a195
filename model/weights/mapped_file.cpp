#include "model/weights/mapped_file.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hadal::model {

namespace {

tl::unexpected<error> io_failure(const std::filesystem::path& file, std::string_view what) {
  return fail(error_code::io_error, fmt::format("{}: {}", file.string(), what), file.string());
}

tl::unexpected<error> system_failure(const std::filesystem::path& file, std::string_view what) {
  return io_failure(file, fmt::format("{}: {}", what, std::strerror(errno)));
}

} // namespace

result<mapped_file> mapped_file::open(const std::filesystem::path& file) {
  mapped_file mapped;
  mapped.path_ = file;
  // O_NONBLOCK: opening a pipe in the checkpoint's folder must not block the start.
  mapped.fd_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (mapped.fd_ < 0)
    return system_failure(file, "cannot be opened");
  struct stat status {};
  if (::fstat(mapped.fd_, &status) != 0)
    return system_failure(file, "cannot be examined");
  if (!S_ISREG(status.st_mode))
    return io_failure(file, "is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0)
    return mapped;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, mapped.fd_, 0);
  if (data == MAP_FAILED)
    return system_failure(file, "cannot be mapped into memory");
  mapped.data_ = static_cast<const std::byte*>(data);
  mapped.size_ = size;
  return mapped;
}

mapped_file::mapped_file(mapped_file&& other) noexcept {
  *this = std::move(other);
}

mapped_file& mapped_file::operator=(mapped_file&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

mapped_file::~mapped_file() {
  if (data_ != nullptr)
    ::munmap(const_cast<std::byte*>(data_), size_);
  if (fd_ >= 0)
    ::close(fd_);
}

result<void> mapped_file::check_length() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0)
    return system_failure(path_, "cannot be examined");
  if (static_cast<std::size_t>(status.st_size) < size_)
    return io_failure(path_, fmt::format("has become shorter while in use: {} bytes, before {}",
                                         status.st_size, size_));
  return {};
}

void mapped_file::prefetch(std::span<const std::byte> part) const noexcept {
  if (part.empty())
    return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(part.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data()) + part.size();
  ::madvise(reinterpret_cast<void*>(first), end - first, MADV_WILLNEED);
}

} // namespace hadal::model
