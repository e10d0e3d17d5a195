#pragma once
// Host memory for weights, activations and KV pages: zeroed and aligned to a page. Address space is
// reserved at once; physical memory is taken only when a page is first touched.

#include "base/result.hpp"

#include <cstddef>
#include <memory>

namespace hadal::kernels {

class host_memory {
public:
  host_memory() = default;
  /// Bytes [offset, offset + bytes) of `whole`, which stays as long as this does.
  host_memory(std::shared_ptr<const host_memory> whole, std::size_t offset,
              std::size_t bytes) noexcept;
  ~host_memory();
  host_memory(host_memory&& other) noexcept;
  host_memory& operator=(host_memory&& other) noexcept;
  host_memory(const host_memory&) = delete;
  host_memory& operator=(const host_memory&) = delete;

  /// `purpose` names the memory in the message. Zero bytes are legal and give a null pointer.
  /// Errors: out_of_memory (param = purpose).
  static result<host_memory> reserve(std::size_t bytes, const char* purpose);

  /// Asks for pages of 2 MiB, for fewer TLB misses, wherever memory is touched from now on; small
  /// pages serve where the system has no large ones.
  void prefer_huge_pages() noexcept;

  void* data() const noexcept { return data_; }
  std::size_t bytes() const noexcept { return bytes_; }

  template <class T>
  T* as() const noexcept {
    return static_cast<T*>(data_);
  }

private:
  host_memory(void* data, std::size_t bytes) noexcept : data_(data), bytes_(bytes) {}

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::shared_ptr<const host_memory> whole_; // null: this object owns the memory
};

} // namespace hadal::kernels
