#pragma once
// Host memory for weights, activations and KV pages: zeroed, aligned to a machine page, reserved at
// once but touched (and so paid for) only where it is used.

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

  /// Asks for pages of 2 MiB from here on, which a step walks with fewer look-ups; memory is then
  /// paid for in these units. Where the system has none to give, small pages serve as well.
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
  std::shared_ptr<const host_memory> whole_; // null: the memory is this one's own
};

} // namespace hadal::kernels
