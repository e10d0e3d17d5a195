#pragma once
// Memory for many tensors that live as long as one another, as weights do: cut from large chunks
// that ask the system for huge pages. Reading a model means walking through all of it for every
// token, and small pages would cost a look-up every 4 KiB.

#include "base/result.hpp"
#include "kernels/core/host_memory.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace hadal::kernels {

class memory_arena {
public:
  /// Hears of every chunk before anything of it is touched: what of it will be given out, in whole
  /// pages, from a huge page's begin on.
  using chunk_listener = std::function<void(void* data, std::size_t bytes)>;

  explicit memory_arena(chunk_listener on_chunk = {});

  /// Zeroed, aligned to 64 bytes; a chunk stays until the last memory cut from it is gone, whether
  /// or not the arena is. Several threads may call. Errors: out_of_memory (param = purpose).
  result<host_memory> reserve(std::size_t bytes, const char* purpose);

private:
  chunk_listener on_chunk_; // may be empty
  std::mutex mutex_;
  std::shared_ptr<const host_memory> chunk_;
  std::size_t used_ = 0; // bytes of it
};

} // namespace hadal::kernels
