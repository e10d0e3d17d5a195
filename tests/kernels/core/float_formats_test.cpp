#include "kernels/core/float_formats.hpp"

#include "tests/support/catch.hpp"

#include <limits>
#include <set>

namespace hadal::kernels {

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float nan = std::numeric_limits<float>::quiet_NaN();

} // namespace

TEST_CASE("every bit pattern of a narrow format survives the way through float32") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto narrow = static_cast<std::uint16_t>(bits);
    const float from_bfloat16 = bfloat16_to_float(narrow);
    if (!std::isnan(from_bfloat16))
      REQUIRE(float_to_bfloat16(from_bfloat16) == narrow);
    const float from_float16 = float16_to_float(narrow);
    if (!std::isnan(from_float16))
      REQUIRE(float_to_float16(from_float16) == narrow);
  }
  for (std::uint32_t bits = 0; bits < 0x100; ++bits) {
    const auto narrow = static_cast<std::uint8_t>(bits);
    const float value = float8_e4m3_to_float(narrow);
    if (!std::isnan(value))
      REQUIRE(float_to_float8_e4m3(value) == narrow);
  }
}

TEST_CASE("a value between two neighbours goes to the nearer one and a tie to the even one") {
  // Every pair of neighbouring float8 values: below, at and above the middle.
  for (std::uint8_t low = 0; low < 0x7E; ++low) {
    const auto high = static_cast<std::uint8_t>(low + 1);
    const float middle = (float8_e4m3_to_float(low) + float8_e4m3_to_float(high)) / 2.0f;
    CHECK(float_to_float8_e4m3(std::nextafter(middle, 0.0f)) == low);
    CHECK(float_to_float8_e4m3(std::nextafter(middle, 500.0f)) == high);
    CHECK(float_to_float8_e4m3(middle) == (low % 2 == 0 ? low : high));
    CHECK(float_to_float8_e4m3(-middle) == (0x80 | (low % 2 == 0 ? low : high)));
  }
  for (std::uint16_t low = 0; low < 0x7BFF; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const float middle = (float16_to_float(low) + float16_to_float(high)) / 2.0f;
    REQUIRE(float_to_float16(std::nextafter(middle, 0.0f)) == low);
    REQUIRE(float_to_float16(std::nextafter(middle, infinity)) == high);
    REQUIRE(float_to_float16(middle) == (low % 2 == 0 ? low : high));
  }
  for (std::uint32_t bits = 0; bits < 0x7F7F; ++bits) {
    const auto low = static_cast<std::uint16_t>(bits);
    const float middle = std::bit_cast<float>((bits << 16) | 0x8000u);
    REQUIRE(float_to_bfloat16(middle) == (low % 2 == 0 ? low : low + 1));
    REQUIRE(float_to_bfloat16(std::nextafter(middle, infinity)) == low + 1);
  }
}

TEST_CASE("float8 has the values that checkpoints store") {
  CHECK(float8_e4m3_to_float(0x01) == 0x1p-9f);
  CHECK(float8_e4m3_to_float(0x08) == 0x1p-6f);
  CHECK(float8_e4m3_to_float(0x38) == 1.0f);
  CHECK(float8_e4m3_to_float(0x3C) == 1.5f);
  CHECK(float8_e4m3_to_float(0xC0) == -2.0f);
  CHECK(float8_e4m3_to_float(0x7E) == 448.0f);
  CHECK(std::isnan(float8_e4m3_to_float(0x7F)));
  CHECK(std::isnan(float8_e4m3_to_float(0xFF)));
}

TEST_CASE("what is too large saturates in float8 and is infinite in the sixteen-bit formats") {
  CHECK(float_to_float8_e4m3(1e9f) == 0x7E);
  CHECK(float_to_float8_e4m3(-infinity) == 0xFE);
  CHECK(float_to_float16(65519.996f) == 0x7BFF);
  CHECK(float_to_float16(65520.0f) == 0x7C00);
  CHECK(float_to_float16(-infinity) == 0xFC00);
  CHECK(bfloat16_to_float(float_to_bfloat16(3.4e38f)) == infinity);
}

TEST_CASE("NaN stays NaN in every format") {
  CHECK(std::isnan(float8_e4m3_to_float(float_to_float8_e4m3(nan))));
  CHECK(std::isnan(float16_to_float(float_to_float16(nan))));
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(nan))));
  // A NaN whose payload lies only in the bits that are cut off.
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(std::bit_cast<float>(0x7F800001u)))));
}

TEST_CASE("an element is read from any address") {
  unsigned char bytes[16] = {};
  const float value = 1.5f;
  std::memcpy(bytes + 1 + 4, &value, 4);
  CHECK(load_element(bytes + 1, dtype::float32, 1) == 1.5f);
  const std::uint16_t half = float_to_float16(-0.25f);
  std::memcpy(bytes + 3, &half, 2);
  CHECK(load_element(bytes + 1, dtype::float16, 1) == -0.25f);
  const std::uint16_t brain = float_to_bfloat16(8.0f);
  std::memcpy(bytes + 3, &brain, 2);
  CHECK(load_element(bytes + 1, dtype::bfloat16, 1) == 8.0f);
  bytes[7] = 0x3C;
  CHECK(load_element(bytes + 4, dtype::float8_e4m3, 3) == 1.5f);
}

} // namespace hadal::kernels
