#pragma once
// Memory for many tensors of the same lifetime, such as weights, cut from large chunks of
// huge pages. Every token reads the whole model, and small pages would cost a TLB miss every
// 4 KiB.

#include "base/result.hpp"
#include "kernels/core/host_memory.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace hadal::kernels {

class memory_arena {
public:
  /// Called with every new chunk before it is touched. [data, data + bytes) is the part that
  /// `reserve` will return: whole pages, from the begin of a huge page.
  using chunk_listener = std::function<void(void* data, std::size_t bytes)>;

  explicit memory_arena(chunk_listener on_chunk = {});

  /// Zeroed, aligned to 64 bytes; a chunk outlives the arena while memory cut from it is in use.
  /// Several threads may call. Errors: out_of_memory (param = purpose).
  result<host_memory> reserve(std::size_t bytes, const char* purpose);

private:
  chunk_listener on_chunk_; // may be empty
  std::mutex mutex_;
  std::shared_ptr<const host_memory> chunk_;
  std::size_t used_ = 0; // bytes of it
};

} // namespace hadal::kernels
