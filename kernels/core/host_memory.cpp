#include "kernels/core/host_memory.hpp"

#include <fmt/core.h>

#include <sys/mman.h>

#include <utility>

namespace hadal::kernels {

host_memory::~host_memory() {
  if (data_ != nullptr && whole_ == nullptr)
    ::munmap(data_, bytes_);
}

host_memory::host_memory(host_memory&& other) noexcept
  : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)),
    whole_(std::move(other.whole_)) {}

host_memory::host_memory(std::shared_ptr<const host_memory> whole, std::size_t offset,
                         std::size_t bytes) noexcept
  : data_(whole->as<unsigned char>() + offset), bytes_(bytes), whole_(std::move(whole)) {}

host_memory& host_memory::operator=(host_memory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(whole_, other.whole_);
  return *this;
}

result<host_memory> host_memory::reserve(std::size_t bytes, const char* purpose) {
  if (bytes == 0)
    return host_memory{};
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED)
    return fail(error_code::out_of_memory,
                fmt::format("cannot reserve {} bytes of memory for {}", bytes, purpose), purpose);
  return host_memory{data, bytes};
}

void host_memory::prefer_huge_pages() noexcept {
  (void) ::madvise(data_, bytes_, MADV_HUGEPAGE);
}

} // namespace hadal::kernels
