#include "kernels/core/memory_arena.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace hadal::kernels {

TEST_CASE("memory of an arena is zeroed, aligned and nobody else's") {
  memory_arena arena;
  std::vector<host_memory> all;
  for (const std::size_t bytes : {1, 63, 64, 65, 4096, 3000000, 40000000, 7}) {
    auto made = arena.reserve(bytes, "a test");
    REQUIRE(made.has_value());
    CHECK(made->bytes() == bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(made->data()) % 64 == 0);
    const auto* values = made->as<unsigned char>();
    CHECK((values[0] == 0 && values[bytes / 2] == 0 && values[bytes - 1] == 0));
    std::memset(made->data(), static_cast<int>(all.size() + 1), bytes);
    all.push_back(std::move(*made));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto* values = all[i].as<unsigned char>();
    CHECK((values[0] == i + 1 && values[all[i].bytes() - 1] == i + 1));
  }
}

TEST_CASE("memory outlives its arena and its neighbours") {
  host_memory kept;
  {
    memory_arena arena;
    auto first = arena.reserve(1000, "a test");
    auto second = arena.reserve(1000, "a test");
    REQUIRE((first.has_value() && second.has_value()));
    std::memset(second->data(), 5, 1000);
    kept = std::move(*second);
  }
  CHECK(kept.as<unsigned char>()[999] == 5);
}

TEST_CASE("an arena's listener hears of every byte that is given out, before it is") {
  std::vector<std::pair<unsigned char*, std::size_t>> heard;
  memory_arena arena([&](void* data, std::size_t bytes) {
    heard.emplace_back(static_cast<unsigned char*>(data), bytes);
  });
  const auto give = [&](std::size_t bytes) {
    auto made = arena.reserve(bytes, "a test");
    REQUIRE(made.has_value());
    const auto* begin = made->as<unsigned char>();
    return std::count_if(heard.begin(), heard.end(), [&](const auto& chunk) {
      return begin >= chunk.first && begin + bytes <= chunk.first + chunk.second;
    });
  };
  // To the end of two chunks, wherever in them the first huge page begins.
  while (heard.size() < 3)
    REQUIRE(give(65536) == 1);
  CHECK(give(40'000'000) == 1);
  CHECK(heard.size() == 4);
  for (const auto& [data, bytes] : heard)
    CHECK((reinterpret_cast<std::uintptr_t>(data) % 4096 == 0 && bytes % 4096 == 0));
}

TEST_CASE("an arena gives no memory for no bytes, and names what it has none for") {
  memory_arena arena;
  const auto none = arena.reserve(0, "nothing");
  REQUIRE(none.has_value());
  CHECK(none->data() == nullptr);
  const auto refused = arena.reserve(std::size_t{1} << 60, "the weights");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("the weights") != std::string::npos);
}

} // namespace hadal::kernels
