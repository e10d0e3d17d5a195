#include "kernels/core/host_memory.hpp"

#include "tests/support/catch.hpp"

#include <cstdint>
#include <utility>

namespace hadal::kernels {

TEST_CASE("reserved memory is zero and aligned to a machine page") {
  auto memory = host_memory::reserve(100'000, "a test");
  REQUIRE(memory.has_value());
  CHECK(reinterpret_cast<std::uintptr_t>(memory->data()) % 4096 == 0);
  const auto* bytes = memory->as<unsigned char>();
  bool all_zero = true;
  for (std::size_t i = 0; i < memory->bytes(); ++i)
    all_zero = all_zero && bytes[i] == 0;
  CHECK(all_zero);
}

TEST_CASE("memory far beyond what the machine has can be reserved as long as it is not touched") {
  auto memory = host_memory::reserve(std::size_t{1} << 36, "a test");
  REQUIRE(memory.has_value());
  memory->as<unsigned char>()[std::size_t{1} << 35] = 7;
  CHECK(memory->as<unsigned char>()[std::size_t{1} << 35] == 7);
}

TEST_CASE("memory that no address space holds is refused by name") {
  auto memory = host_memory::reserve(std::size_t{1} << 62, "the KV cache");
  REQUIRE_FALSE(memory.has_value());
  CHECK(memory.error().code == error_code::out_of_memory);
  CHECK(memory.error().message.find("the KV cache") != std::string::npos);
}

TEST_CASE("memory moves with its contents and zero bytes are legal") {
  auto first = host_memory::reserve(8, "a test");
  REQUIRE(first.has_value());
  first->as<int>()[1] = 42;
  host_memory second = std::move(*first);
  CHECK(second.as<int>()[1] == 42);
  CHECK(first->data() == nullptr);
  second = host_memory{};
  auto none = host_memory::reserve(0, "a test");
  REQUIRE(none.has_value());
  CHECK(none->data() == nullptr);
}

} // namespace hadal::kernels
