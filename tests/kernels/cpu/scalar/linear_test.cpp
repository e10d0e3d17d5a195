#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <limits>

namespace hadal::kernels {

using testing::float8_weight;
using testing::matrix;
using testing::small_limits;

namespace {

std::unique_ptr<backend> make(dtype compute = dtype::float32, bool unrounded = false) {
  backend_options options;
  options.compute = compute;
  options.unrounded_activations = unrounded;
  auto made = make_scalar_backend(options);
  REQUIRE(made.has_value());
  REQUIRE((*made)->reserve(small_limits()).has_value());
  return std::move(*made);
}

packed_linear_ptr pack(const backend& b, const std::vector<raw_weight>& parts) {
  auto packed = b.pack_linear(parts);
  REQUIRE(packed.has_value());
  return std::move(*packed);
}

matrix run(backend& b, const matrix& x, const packed_linear& w) {
  matrix out(x.rows(), w.rows);
  b.linear(x.view(), w, out.view());
  return out;
}

double dequantised(const float8_weight& w, std::int64_t n, std::int64_t k) {
  const std::int64_t scale_cols = (w.cols + 127) / 128;
  return static_cast<double>(
             float8_e4m3_to_float(w.bytes[static_cast<std::size_t>(n * w.cols + k)])) *
         w.scales[static_cast<std::size_t>(n / 128 * scale_cols + k / 128)];
}

} // namespace

TEST_CASE("a linear multiplies by the transposed weight and stacks its parts by rows") {
  auto b = make();
  const matrix first(2, 3, {1, 2, 3, 0, -1, 1});
  const matrix second(1, 3, {10, 0, 0});
  const auto w = pack(*b, {first.raw(), second.raw()});
  CHECK(w->rows == 3);
  CHECK(w->cols == 3);
  const matrix out = run(*b, matrix(2, 3, {1, 1, 1, 2, 0, -1}), *w);
  CHECK(out.values() == std::vector<float>{6, 0, 10, -1, -1, 20});
}

TEST_CASE("weights and results are rounded to the compute dtype") {
  auto b = make(dtype::bfloat16);
  // 1.00390625 lies half way between two bfloat16 values and goes to the even one, 1.
  const auto w = pack(*b, {matrix(1, 2, {1.00390625f, 1.0f}).raw()});
  CHECK(run(*b, matrix(1, 2, {1.0f, 0.00390625f}), *w).at(0, 0) == 1.0f);
  CHECK(run(*b, matrix(1, 2, {1.0f, 0.0078125f}), *w).at(0, 0) == 1.0078125f);
}

TEST_CASE("the head's logits are not rounded") {
  auto b = make(dtype::bfloat16);
  const auto w = pack(*b, {matrix(1, 2, {1.0f, 1.0f}).raw()});
  matrix out(1, 1);
  b->logits(matrix(1, 2, {1.0f, 0x1p-10f}).view(), *w, out.view());
  CHECK(out.at(0, 0) == 1.0f + 0x1p-10f);
}

TEST_CASE("a weight is read at any address and from every unquantised type") {
  auto b = make();
  std::vector<unsigned char> bytes(1 + 4);
  const std::uint16_t values[] = {float_to_bfloat16(2.0f), float_to_bfloat16(-3.0f)};
  std::memcpy(bytes.data() + 1, values, 4);
  const auto bfloat = pack(*b, {{bytes.data() + 1, dtype::bfloat16, 1, 2}});
  CHECK(run(*b, matrix(1, 2, {1, 1}), *bfloat).at(0, 0) == -1.0f);
  const std::uint16_t halves[] = {float_to_float16(0.5f), float_to_float16(0.25f)};
  const auto half = pack(*b, {{halves, dtype::float16, 1, 2}});
  CHECK(run(*b, matrix(1, 2, {1, 1}), *half).at(0, 0) == 0.75f);
}

TEST_CASE("a w8a8 linear equals the product of what both sides were quantised to") {
  for (const input_form input : {input_form::e4m3_128, input_form::e4m3_128_ue8m0}) {
    auto b = make();
    const auto raw = float8_weight::random(200, 300, 3); // ragged in both directions
    const auto w = pack(*b, {raw.raw(input)});
    const matrix x = matrix::random(3, 300, 4, 5.0f);
    std::vector<std::uint8_t> bytes(900);
    matrix scales(3, 3);
    const tensor_view q(bytes.data(), dtype::float8_e4m3, 3, 300);
    b->quantize_fp8(x.view(), input, q, scales.view());
    const matrix out = run(*b, x, *w);
    for (std::int64_t t = 0; t < 3; ++t) {
      for (std::int64_t n = 0; n < 200; ++n) {
        double expected = 0.0;
        double size = 0.0;
        for (std::int64_t k = 0; k < 300; ++k) {
          const double term = dequantised(raw, n, k) * scales.at(t, k / 128) *
                              float8_e4m3_to_float(q.row<std::uint8_t>(t)[k]);
          expected += term;
          size += std::fabs(term);
        }
        REQUIRE(std::fabs(out.at(t, n) - expected) <= 1e-6 * size);
      }
    }
  }
}

TEST_CASE("rows may lie apart, and scales may be bfloat16 or powers of two") {
  auto b = make();
  const std::uint8_t codes[] = {0x38, 0x40, 0x7E, 0xC0, 0x38, 0x7E}; // 1 2 (448) -2 1 (448)
  const std::uint16_t halves[] = {float_to_bfloat16(3.0f), float_to_bfloat16(0.5f)};
  const std::uint8_t powers[] = {0x80, 0x7E}; // 2 and a half
  const std::pair<raw_scales, std::vector<float>> cases[] = {
      {{halves, dtype::bfloat16, 1, 2}, {3 + 6 * 10, (-2 + 10) * 0.5f}},
      {{powers, dtype::float8_e8m0, 1, 2}, {2 + 4 * 10, (-2 + 10) * 0.5f}},
      {{powers, dtype::float8_e8m0, 2, 1}, {2 + 10, -4 + 0.5f * 10}},
  };
  for (const auto& [scales, expected] : cases) {
    raw_weight raw(codes, dtype::float8_e4m3, 2, 2, scales);
    raw.row_stride = 3;
    CHECK(run(*b, matrix(1, 2, {1, 10}), *pack(*b, {raw})).values() == expected);
  }
  const matrix gaps(2, 3, {1, 2, 99, 3, 4, 99});
  raw_weight raw(gaps.values().data(), dtype::float32, 2, 2);
  raw.row_stride = 3;
  CHECK(run(*b, matrix(1, 2, {1, 10}), *pack(*b, {raw})).values() == std::vector<float>{21, 43});
}

TEST_CASE("weight-only rounds the weights to the compute dtype and no activation") {
  const auto raw = float8_weight::random(130, 140, 5);
  for (const dtype compute : {dtype::float32, dtype::bfloat16}) {
    auto b = make(compute, true);
    const auto w = pack(*b, {raw.raw(input_form::plain)});
    const matrix x = matrix::random(2, 140, 6);
    const matrix out = run(*b, x, *w);
    for (std::int64_t t = 0; t < 2; ++t) {
      for (std::int64_t n = 0; n < 130; ++n) {
        double expected = 0.0;
        for (std::int64_t k = 0; k < 140; ++k)
          expected += static_cast<double>(x.at(t, k)) *
                      round_to(compute, static_cast<float>(dequantised(raw, n, k)));
        REQUIRE(out.at(t, n) == static_cast<float>(expected));
      }
    }
  }
}

TEST_CASE("beside weight-only linears, plain ones round no result either") {
  auto b = make(dtype::bfloat16, true);
  // 1.00390625 lies half way between two bfloat16 values: as a weight it goes to the even one, 1.
  const auto w = pack(*b, {matrix(1, 2, {1.00390625f, 1.0f}).raw()});
  CHECK(run(*b, matrix(1, 2, {1.0f, 0x1p-20f}), *w).at(0, 0) == 1.0f + 0x1p-20f);
}

TEST_CASE("a row's result does not depend on the rows beside it") {
  const auto raw = float8_weight::random(64, 260, 7);
  for (const dtype compute : {dtype::float32, dtype::bfloat16, dtype::float16}) {
    for (const bool unrounded : {false, true}) {
      auto b = make(compute, unrounded);
      const auto w = pack(*b, {raw.raw(testing::float8_input(b->options())),
                               matrix::random(10, 260, 8, 1e-2f).raw()});
      const matrix x = matrix::random(9, 260, 9, 2.0f, b->options().activations());
      const matrix together = run(*b, x, *w);
      for (std::int64_t t = 0; t < 9; ++t) {
        matrix alone(1, w->rows);
        b->linear(x.view().row_range(t, 1), *w, alone.view());
        for (std::int64_t n = 0; n < w->rows; ++n)
          REQUIRE(alone.at(0, n) == together.at(t, n));
      }
    }
  }
}

TEST_CASE("NaN in a row reaches that row's results and no other") {
  auto b = make();
  const auto raw = float8_weight::random(3, 200, 10);
  const auto w = pack(*b, {raw.raw()});
  matrix x = matrix::random(2, 200, 11);
  x.at(1, 7) = std::numeric_limits<float>::quiet_NaN();
  const matrix out = run(*b, x, *w);
  for (std::int64_t n = 0; n < 3; ++n) {
    CHECK(std::isfinite(out.at(0, n)));
    CHECK(std::isnan(out.at(1, n)));
  }
}

} // namespace hadal::kernels
