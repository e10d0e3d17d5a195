#include "kernels/core/memory_arena.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace hadal::kernels {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t chunk_bytes = std::size_t{32} << 20;

std::size_t round_up(std::size_t value, std::size_t to) noexcept {
  return (value + to - 1) / to * to;
}

/// Offset of the first byte of `memory` at which a huge page can begin.
std::size_t first_huge_page(const host_memory& memory) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return round_up(address, huge_page) - address;
}

} // namespace

memory_arena::memory_arena(chunk_listener on_chunk) : on_chunk_(std::move(on_chunk)) {}

result<host_memory> memory_arena::reserve(std::size_t bytes, const char* purpose) {
  if (bytes == 0)
    return host_memory{};
  const std::lock_guard lock(mutex_);
  if (chunk_ == nullptr || chunk_->bytes() - used_ < bytes) {
    const std::size_t whole = round_up(std::max(bytes, chunk_bytes), huge_page) + huge_page;
    HADAL_TRY_ASSIGN(memory, host_memory::reserve(whole, purpose));
    used_ = first_huge_page(memory);
    memory.prefer_huge_pages();
    if (on_chunk_)
      on_chunk_(memory.as<unsigned char>() + used_, whole - used_);
    chunk_ = std::make_shared<const host_memory>(std::move(memory));
  }
  host_memory part(chunk_, used_, bytes);
  used_ = std::min(round_up(used_ + bytes, alignment), chunk_->bytes());
  return part;
}

} // namespace hadal::kernels
