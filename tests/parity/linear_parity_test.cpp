#include "tests/parity/backends.hpp"

#include <limits>

namespace hadal::kernels {

using testing::describe;
using testing::float8_input;
using testing::float8_weight;
using testing::half_bits;
using testing::make_oracle;
using testing::make_simd;
using testing::matrix;
using testing::one_row;
using testing::row_tolerance;
using testing::same_bits;
using testing::tested_options;
using testing::worst_row;

namespace {

struct linear_case {
  std::int64_t rows;
  std::int64_t out;
  std::int64_t in;
};

// Rows: none, one, and around the tiles of 6 and 12 and the chunks of 48 and 96. Widths: around 8,
// 16, 64 and 128.
const std::vector<linear_case> cases = {
    {0, 16, 16},   {1, 1, 1},      {1, 17, 7},    {1, 64, 128}, {1, 576, 192}, {2, 48, 130},
    {3, 200, 88},  {5, 15, 256},   {6, 130, 129}, {7, 65, 40},  {13, 96, 300}, {96, 33, 31},
    {97, 72, 144}, {200, 24, 513}, {4, 80, 260},  {12, 40, 66}, {49, 96, 127}, {11, 32, 3},
};

matrix first_rows(const matrix& m, std::int64_t rows) {
  matrix first(rows, m.cols());
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < m.cols(); ++c)
      first.at(r, c) = m.at(r, c);
  return first;
}

matrix run(backend& b, const matrix& x, std::span<const raw_weight> parts) {
  auto packed = b.pack_linear(parts);
  REQUIRE(packed.has_value());
  matrix out(x.rows(), (*packed)->rows);
  b.linear(x.view(), **packed, out.view());
  return out;
}

} // namespace

TEST_CASE("linears of every weight type agree with the oracle") {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  for (const auto& [rows, out, in] : cases) {
    const matrix x = matrix::random(rows, in, 1, 1.0f, options.activations());
    const matrix w = matrix::random(out, in, 2, 0.5f);
    for (const dtype stored : {dtype::float32, dtype::bfloat16, dtype::float16}) {
      const std::vector<std::uint16_t> bits = half_bits(w, stored);
      const raw_weight raw =
          stored == dtype::float32 ? w.raw() : raw_weight{bits.data(), stored, out, in};
      const double distance = worst_row(run(*oracle, x, {&raw, 1}), run(*simd, x, {&raw, 1}));
      INFO(describe(options) << ": " << rows << " x " << in << " -> " << out << " in "
                             << to_string(stored));
      CHECK(distance <= row_tolerance(options.activations()));
    }
  }
}

TEST_CASE("float8 linears agree with the oracle, quantised and weight-only") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = GENERATE(dtype::float32, dtype::bfloat16);
  options.unrounded_activations = GENERATE(false, true);
  const auto input = GENERATE(input_form::plain, input_form::e4m3_128, input_form::e4m3_128_ue8m0);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  for (const auto& [rows, out, in] : cases) {
    const matrix x = matrix::random(rows, in, 3, 2.0f, options.activations());
    const float8_weight w = float8_weight::random(out, in, 4);
    const raw_weight raw = w.raw(input);
    INFO(describe(options) << " input " << static_cast<int>(input) << ": " << rows << " x " << in
                           << " -> " << out);
    CHECK(worst_row(run(*oracle, x, {&raw, 1}), run(*simd, x, {&raw, 1})) <=
          row_tolerance(options.activations()));
  }
}

TEST_CASE("block sizes other than 128 are scaled where they end") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::float32;
  options.unrounded_activations = GENERATE(false, true);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 1);
  for (const std::int32_t block : {6, 32, 33, 48, 64, 200, 256}) {
    const std::int64_t out = 70;
    const std::int64_t in = 450;
    float8_weight w = float8_weight::random(out, in, 5);
    w.scales.clear();
    for (std::int64_t i = 0; i < ((out + block - 1) / block) * ((in + block - 1) / block); ++i)
      w.scales.push_back(1e-3f * static_cast<float>(i + 1));
    const raw_weight raw = w.raw(float8_input(options), block, block);
    const matrix x = matrix::random(9, in, 6);
    INFO("blocks of " << block);
    CHECK(worst_row(run(*oracle, x, {&raw, 1}), run(*simd, x, {&raw, 1})) <= 2e-6);
  }
}

TEST_CASE("rows that lie apart and scales of every type give the same products") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = GENERATE(dtype::float32, dtype::bfloat16);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  const std::int64_t out = 300;
  const std::int64_t in = 260;
  const float8_weight stored = float8_weight::random(out, in + 9, 22);
  const std::vector<std::uint16_t> halves(9, float_to_bfloat16(1.5e-4f));
  const std::vector<std::uint8_t> powers(9, 0x73); // 2^-12
  std::vector<raw_weight> weights;
  for (const input_form input : {input_form::plain, input_form::e4m3_128})
    for (const raw_scales& scales : {raw_scales{stored.scales.data(), dtype::float32, 128, 128},
                                     raw_scales{halves.data(), dtype::bfloat16, 128, 128},
                                     raw_scales{powers.data(), dtype::float8_e8m0, 128, 128}})
      weights.emplace_back(stored.bytes.data(), dtype::float8_e4m3, out, in, scales, input);
  const matrix plain = matrix::random(out, in + 9, 23, 0.2f);
  const std::vector<std::uint16_t> plain_bits = half_bits(plain, dtype::bfloat16);
  weights.emplace_back(plain.values().data(), dtype::float32, out, in);
  weights.emplace_back(plain_bits.data(), dtype::bfloat16, out, in);
  const matrix x = matrix::random(7, in, 24, 1.0f, options.activations());
  for (raw_weight& raw : weights) {
    raw.row_stride = in + 9;
    INFO(describe(options) << " " << to_string(raw.type) << " with scales in "
                           << to_string(raw.scales.type));
    CHECK(worst_row(run(*oracle, x, {&raw, 1}), run(*simd, x, {&raw, 1})) <=
          row_tolerance(options.activations()));
  }
}

TEST_CASE("stacked parts keep their own types and meet at any row") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::bfloat16;
  options.unrounded_activations = GENERATE(false, true);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  const matrix plain = matrix::random(37, 192, 7);
  const float8_weight first = float8_weight::random(96, 192, 8);
  const float8_weight last = float8_weight::random(576, 192, 9);
  const input_form input = float8_input(options);
  const raw_weight parts[] = {first.raw(input), plain.raw(), last.raw(input)};
  for (const std::int64_t rows : {1, 4, 100}) {
    const matrix x = matrix::random(rows, 192, 10, 1.0f, options.activations());
    CHECK(worst_row(run(*oracle, x, parts), run(*simd, x, parts)) <=
          row_tolerance(options.activations()));
  }
}

TEST_CASE("a row's output has the same bits in every batch and on every number of threads") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = GENERATE(dtype::float32, dtype::bfloat16);
  options.unrounded_activations = GENERATE(false, true);
  const std::int64_t in = 300;
  const matrix plain = matrix::random(150, in, 11);
  const float8_weight quantised = float8_weight::random(150, in, 12);
  const raw_weight parts[] = {plain.raw(), quantised.raw(float8_input(options))};
  const matrix x = matrix::random(131, in, 13, 1.0f, options.activations());
  const auto one = make_simd(options, 1);
  const matrix together = run(*one, x, parts);
  for (const int threads : {2, 3})
    CHECK(same_bits(run(*make_simd(options, threads), x, parts), together));
  for (const std::int64_t r : {0, 1, 5, 6, 95, 96, 130})
    CHECK(same_bits(run(*one, one_row(x, r), parts), one_row(together, r)));
  for (const std::int64_t rows : {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 47, 48, 49}) {
    const matrix first = run(*one, first_rows(x, rows), parts);
    INFO(describe(options) << ": " << rows << " rows");
    CHECK(same_bits(first, first_rows(together, rows)));
  }
}

TEST_CASE("NaN and infinity stay in their row") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::float32;
  options.unrounded_activations = GENERATE(false, true);
  const auto simd = make_simd(options, 2);
  const float8_weight w = float8_weight::random(40, 200, 14);
  const raw_weight raw = w.raw(float8_input(options));
  matrix x = matrix::random(8, 200, 15);
  const matrix clean = run(*simd, x, {&raw, 1});
  x.at(2, 3) = std::numeric_limits<float>::quiet_NaN();
  x.at(5, 199) = std::numeric_limits<float>::infinity();
  const matrix out = run(*simd, x, {&raw, 1});
  for (std::int64_t r = 0; r < 8; ++r)
    for (std::int64_t n = 0; n < 40; ++n) {
      if (r == 2 || r == 5)
        CHECK_FALSE(std::isfinite(out.at(r, n)));
      else
        CHECK(out.at(r, n) == clean.at(r, n));
    }
}

TEST_CASE("a NaN byte in a float8 weight reaches its output and no other") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::float32;
  options.unrounded_activations = GENERATE(false, true);
  const auto simd = make_simd(options, 1);
  const auto oracle = make_oracle(options);
  float8_weight w = float8_weight::random(20, 130, 16);
  w.bytes[7 * 130 + 129] = 0x7F;
  const raw_weight raw = w.raw(float8_input(options));
  const matrix x = matrix::random(3, 130, 17);
  const matrix want = run(*oracle, x, {&raw, 1});
  const matrix got = run(*simd, x, {&raw, 1});
  for (std::int64_t r = 0; r < 3; ++r)
    for (std::int64_t n = 0; n < 20; ++n) {
      CHECK(std::isnan(got.at(r, n)) == (n == 7));
      if (n != 7)
        CHECK(got.at(r, n) == Approx(want.at(r, n)).epsilon(1e-5).margin(1e-6));
    }
}

TEST_CASE("activations are quantised to the oracle's bytes and scales") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::float32;
  const auto form = GENERATE(input_form::e4m3_128, input_form::e4m3_128_ue8m0);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  matrix x = matrix::random(40, 300, 18);
  testing::random_source source(19);
  for (std::int64_t r = 0; r < x.rows(); ++r)
    for (std::int64_t c = 0; c < x.cols(); ++c)
      x.at(r, c) *= std::exp2(static_cast<float>(source.below(40) - 25));
  const auto quantise = [&](backend& b) {
    auto bytes = b.allocate(dtype::float8_e4m3, 40, 300);
    auto scales = b.allocate(dtype::float32, 40, 3);
    REQUIRE((bytes.has_value() && scales.has_value()));
    b.quantize_fp8(x.view(), form, *bytes, *scales);
    std::pair<std::vector<std::uint8_t>, std::vector<float>> all;
    for (std::int64_t r = 0; r < 40; ++r) {
      all.first.insert(all.first.end(), bytes->row<std::uint8_t>(r),
                       bytes->row<std::uint8_t>(r) + 300);
      all.second.insert(all.second.end(), scales->row<float>(r), scales->row<float>(r) + 3);
    }
    return all;
  };
  CHECK(quantise(*oracle) == quantise(*simd));
}

TEST_CASE("logits are not rounded to the compute dtype") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::bfloat16;
  options.unrounded_activations = GENERATE(false, true);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  const matrix head = matrix::random(300, 96, 20);
  const raw_weight raw = head.raw();
  const matrix x = matrix::random(5, 96, 21, 1.0f, options.activations());
  const auto logits = [&](backend& b) {
    auto packed = b.pack_linear({&raw, 1});
    REQUIRE(packed.has_value());
    matrix out(5, 300);
    b.logits(x.view(), **packed, out.view());
    return out;
  };
  CHECK(worst_row(logits(*oracle), logits(*simd)) <= 2e-6);
}

} // namespace hadal::kernels
