#include "kernels/cpu/scalar/activation_quantizer.hpp"

#include "kernels/core/float_formats.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace hadal::kernels {

namespace {

struct quantised {
  std::vector<std::uint8_t> bytes;
  std::vector<float> scales;
};

quantised quantise(const std::vector<float>& x, bool ue8m0) {
  quantised q{std::vector<std::uint8_t>(x.size()), std::vector<float>((x.size() + 127) / 128)};
  quantize_row(x.data(), static_cast<std::int64_t>(x.size()), ue8m0, q.bytes.data(),
               q.scales.data());
  return q;
}

std::vector<float> worked_row() {
  std::vector<float> x(128);
  const float head[] = {1.0f, -0.5f, 0.3f, 3.0f, 0.001f, -2.7f};
  std::copy(std::begin(head), std::end(head), x.begin());
  return x;
}

} // namespace

TEST_CASE("the worked row has the scale and the bytes of the format's description") {
  const quantised q = quantise(worked_row(), false);
  CHECK(q.scales[0] == Approx(0.00669642864).epsilon(1e-7));
  const std::vector<std::uint8_t> head(q.bytes.begin(), q.bytes.begin() + 6);
  CHECK(head == std::vector<std::uint8_t>{0x71, 0xE9, 0x63, 0x7E, 0x22, 0xFD});
  CHECK(q.bytes[6] == 0);
}

TEST_CASE("under ue8m0 the scale is the next power of two and the bytes follow it") {
  const quantised q = quantise(worked_row(), true);
  CHECK(q.scales[0] == 0x1p-7f);
  const std::vector<std::uint8_t> head(q.bytes.begin(), q.bytes.begin() + 6);
  CHECK(head == std::vector<std::uint8_t>{0x70, 0xE8, 0x62, 0x7C, 0x20, 0xFB});
}

TEST_CASE("a scale that is a power of two already stays under ue8m0") {
  std::vector<float> x(128, 0.0f);
  x[5] = 448.0f * 0x1p-3f;
  CHECK(quantise(x, true).scales[0] == 0x1p-3f);
}

TEST_CASE("a group of zeros keeps the floor's scale and stays zero") {
  const quantised q = quantise(std::vector<float>(128, 0.0f), false);
  CHECK(q.scales[0] == 1e-4f / 448.0f);
  CHECK(q.bytes == std::vector<std::uint8_t>(128, 0));
}

TEST_CASE("each group of 128 has its own scale and the last one may be short") {
  std::vector<float> x(300, 1.0f);
  x[130] = 10.0f;
  x[299] = -100.0f;
  const quantised q = quantise(x, false);
  REQUIRE(q.scales.size() == 3);
  CHECK(q.scales[0] == 1.0f / 448.0f);
  CHECK(q.scales[1] == 10.0f / 448.0f);
  CHECK(q.scales[2] == 100.0f / 448.0f);
  CHECK(q.bytes[0] == 0x7E);
  CHECK(q.bytes[299] == 0xFE);
}

TEST_CASE("NaN and infinity do not turn into numbers") {
  std::vector<float> x(128, 1.0f);
  x[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(float8_e4m3_to_float(quantise(x, false).bytes[3])));
  x[3] = std::numeric_limits<float>::infinity();
  const quantised q = quantise(x, false);
  CHECK(std::isnan(float8_e4m3_to_float(q.bytes[3]) * q.scales[0]));
}

} // namespace hadal::kernels
