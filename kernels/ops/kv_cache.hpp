#pragma once
// The paged latent KV cache of all layers, owned by a backend. A page holds 64 tokens of one layer;
// a row is the latent after kv_a_layernorm (kv_lora_rank values), then the rope key after rotation
// (qk_rope_head_dim values), in the compute dtype. A page id names the same 64 tokens in every
// layer. The backend does not know which pages are free.
//
// Order in memory on the CPU backends: [layer][page][64][row_dim], no padding between rows. Address
// space is reserved at once; a page takes physical memory when tokens are first written to it.

#include "base/limits.hpp"
#include "kernels/core/dtype.hpp"

#include <cstdint>
#include <memory>

namespace hadal::kernels {

struct kv_cache_shape {
  std::int32_t layers = 0;
  std::int32_t pages = 0;
  std::int32_t row_dim = 0;

  std::int64_t page_elements() const noexcept {
    return std::int64_t{limits::page_size_tokens} * row_dim;
  }
  std::int64_t elements() const noexcept { return page_elements() * pages * layers; }
};

class kv_cache {
public:
  kv_cache(const kv_cache&) = delete;
  kv_cache& operator=(const kv_cache&) = delete;
  virtual ~kv_cache() = default;

  const kv_cache_shape shape;

protected:
  explicit kv_cache(const kv_cache_shape& shape) : shape(shape) {}
};

using kv_cache_ptr = std::unique_ptr<kv_cache>;

} // namespace hadal::kernels
