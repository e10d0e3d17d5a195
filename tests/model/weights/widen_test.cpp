#include "model/weights/widen.hpp"

#include "kernels/core/float_formats.hpp"
#include "tests/support/catch.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

using namespace hadal::kernels;
using namespace hadal::model;

namespace {

bool same(float a, float b) {
  return std::isnan(a) ? std::isnan(b)
                       : std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// The value of a small float format, from its definition alone.
float defined_value(unsigned bits, int exponent_bits, int mantissa_bits, bool has_infinity) {
  const unsigned mantissa = bits & ((1u << mantissa_bits) - 1);
  const unsigned exponent = bits >> mantissa_bits & ((1u << exponent_bits) - 1);
  const bool negative = (bits >> (exponent_bits + mantissa_bits) & 1u) != 0;
  const unsigned exponent_max = (1u << exponent_bits) - 1;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  double magnitude = 0;
  if (has_infinity && exponent == exponent_max)
    magnitude = mantissa == 0 ? INFINITY : NAN;
  else if (!has_infinity && exponent == exponent_max && mantissa == (1u << mantissa_bits) - 1)
    magnitude = NAN;
  else if (exponent == 0)
    magnitude = std::ldexp(mantissa, 1 - bias - mantissa_bits);
  else
    magnitude = std::ldexp((1u << mantissa_bits) + mantissa,
                           static_cast<int>(exponent) - bias - mantissa_bits);
  return static_cast<float>(negative ? -magnitude : magnitude);
}

} // namespace

TEST_CASE("every F8_E4M3 code has its defined value and comes back") {
  for (unsigned code = 0; code < 256; ++code) {
    const float value = float8_e4m3_to_float(static_cast<std::uint8_t>(code));
    CHECK(same(value, defined_value(code, 4, 3, false)));
    CHECK(float_to_float8_e4m3(value) == code);
  }
  CHECK(float8_e4m3_to_float(0x7e) == 448.0f);
  CHECK(float8_e4m3_to_float(0x01) == std::ldexp(1.0f, -9));
  CHECK(float8_e4m3_to_float(0x3c) == 1.5f);
  CHECK(float8_e4m3_to_float(0xc0) == -2.0f);
  CHECK(std::isnan(float8_e4m3_to_float(0x7f)));
  CHECK(std::isnan(float8_e4m3_to_float(0xff)));
}

TEST_CASE("every F8_E8M0 code is a power of two") {
  for (int code = 0; code < 255; ++code)
    CHECK(same(hadal::kernels::float8_e8m0_to_float(static_cast<std::uint8_t>(code)),
               std::ldexp(1.0f, code - 127)));
  CHECK(std::isnan(hadal::kernels::float8_e8m0_to_float(0xff)));
}

TEST_CASE("every F16 code has its defined value and comes back") {
  std::size_t wrong = 0;
  for (unsigned code = 0; code < 65536; ++code) {
    const float value = float16_to_float(static_cast<std::uint16_t>(code));
    wrong += !same(value, defined_value(code, 5, 10, true));
    const std::uint16_t back = float_to_float16(value);
    wrong += std::isnan(value) ? !std::isnan(float16_to_float(back)) : back != code;
  }
  CHECK(wrong == 0);
}

TEST_CASE("every BF16 code has its defined value and comes back") {
  std::size_t wrong = 0;
  for (unsigned code = 0; code < 65536; ++code) {
    const float value = bfloat16_to_float(static_cast<std::uint16_t>(code));
    wrong += !same(value, defined_value(code, 8, 7, true));
    const std::uint16_t back = float_to_bfloat16(value);
    wrong += std::isnan(value) ? !std::isnan(bfloat16_to_float(back)) : back != code;
  }
  CHECK(wrong == 0);
}

namespace {

/// Narrowing gives the nearer neighbour, and the even code half way, for all neighbouring codes.
template <class Code, class Widen, class Narrow>
std::size_t rounding_faults(unsigned codes, Widen widen_one, Narrow narrow) {
  std::size_t faults = 0;
  for (unsigned code = 0; code + 1 < codes; ++code) {
    const float low = widen_one(static_cast<Code>(code));
    const float high = widen_one(static_cast<Code>(code + 1));
    const float middle = static_cast<float>((static_cast<double>(low) + high) / 2);
    const Code even = static_cast<Code>(code + code % 2);
    faults += narrow(middle) != even;
    faults += narrow(std::nextafter(middle, low)) != code;
    faults += narrow(std::nextafter(middle, high)) != code + 1;
  }
  return faults;
}

} // namespace

TEST_CASE("narrowing rounds to nearest, ties to even") {
  CHECK(rounding_faults<std::uint8_t>(0x7f, float8_e4m3_to_float, float_to_float8_e4m3) == 0);
  CHECK(rounding_faults<std::uint16_t>(0x7c00, float16_to_float, float_to_float16) == 0);
  CHECK(rounding_faults<std::uint16_t>(0x7f80, bfloat16_to_float, float_to_bfloat16) == 0);
}

TEST_CASE("values beyond a format's range become infinity, or the largest where there is none") {
  CHECK(float_to_float16(65519.0f) == 0x7bff);
  CHECK(float_to_float16(65520.0f) == 0x7c00);
  CHECK(float_to_float16(-1e30f) == 0xfc00);
  CHECK(float_to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(float_to_bfloat16(-INFINITY) == 0xff80);
  CHECK(float_to_float8_e4m3(1e30f) == 0x7e);
  CHECK(float_to_float8_e4m3(-INFINITY) == 0xfe);
  CHECK(std::isnan(float8_e4m3_to_float(float_to_float8_e4m3(NAN))));
  CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(std::bit_cast<float>(0x7f800001u)))));
  CHECK(std::isnan(float16_to_float(float_to_float16(std::bit_cast<float>(0x7f800001u)))));
}

TEST_CASE("the worked e4m3 quantisation of the specification is met byte for byte") {
  const float x[] = {1.0f, -0.5f, 0.3f, 3.0f, 0.001f, -2.7f};
  const std::uint8_t plain[] = {0x71, 0xe9, 0x63, 0x7e, 0x22, 0xfd};
  const std::uint8_t power_of_two[] = {0x70, 0xe8, 0x62, 0x7c, 0x20, 0xfb};
  for (int i = 0; i < 6; ++i) {
    CHECK(float_to_float8_e4m3(x[i] / (3.0f / 448.0f)) == plain[i]);
    CHECK(float_to_float8_e4m3(x[i] / 0x1p-7f) == power_of_two[i]);
  }
}

TEST_CASE("widen converts rows at any alignment") {
  const std::pair<tensor_dtype, std::vector<std::uint8_t>> cases[] = {
      {tensor_dtype::f32, {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}},
      {tensor_dtype::bf16, {0x80, 0x3f, 0, 0xc0}},
      {tensor_dtype::f16, {0, 0x3c, 0, 0xc0}},
      {tensor_dtype::f8_e4m3, {0x38, 0xc0}},
  };
  for (const auto& [dtype, bytes] : cases)
    for (std::size_t shift = 0; shift < 4; ++shift) {
      std::vector<std::byte> memory(shift + bytes.size());
      std::memcpy(memory.data() + shift, bytes.data(), bytes.size());
      float out[2] = {};
      CHECK(can_widen(dtype));
      widen(dtype, memory.data() + shift, 2, out);
      CHECK(out[0] == 1.0f);
      CHECK(out[1] == -2.0f);
    }
  const std::byte scales[] = {std::byte{127}, std::byte{130}};
  float out[2] = {};
  widen(tensor_dtype::f8_e8m0, scales, 2, out);
  CHECK(out[0] == 1.0f);
  CHECK(out[1] == 8.0f);
}

TEST_CASE("types that hold no weights cannot be widened") {
  for (const auto dtype : {tensor_dtype::f64, tensor_dtype::i8, tensor_dtype::u8,
                           tensor_dtype::f8_e5m2, tensor_dtype::i64, tensor_dtype::boolean})
    CHECK_FALSE(can_widen(dtype));
}
