#include "tests/parity/backends.hpp"

namespace hadal::kernels {

using testing::describe;
using testing::in_step;
using testing::make_oracle;
using testing::make_simd;
using testing::matrix;
using testing::one_row;
using testing::row_tolerance;
using testing::same_bits;
using testing::small_step;
using testing::tested_options;
using testing::worst_row;

namespace {

const std::vector<std::int64_t> widths = {1, 7, 8, 9, 31, 64, 130, 576};
const std::vector<std::int64_t> heights = {0, 1, 2, 200};

/// Runs `verb(backend, rows, cols)` on both backends over all sizes and compares its outputs.
template <class Verb>
void compare(const Verb& verb) {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  for (const std::int64_t rows : heights)
    for (const std::int64_t cols : widths) {
      INFO(describe(options) << " " << rows << " x " << cols);
      CHECK(worst_row(verb(*oracle, rows, cols), verb(*simd, rows, cols)) <=
            row_tolerance(options.activations()));
    }
}

matrix values(const backend& b, std::int64_t rows, std::int64_t cols, std::uint64_t seed,
              float scale = 3.0f) {
  return matrix::random(rows, cols, seed, scale, b.options().activations());
}

} // namespace

TEST_CASE("RMS norm is the oracle's but for values on the edge between two floats") {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  for (const std::int64_t rows : heights)
    for (const std::int64_t cols : widths) {
      const matrix weight = matrix::random(1, cols, 1);
      const matrix x = values(*oracle, rows, cols, 2);
      const auto norm = [&](backend& b) {
        auto packed = b.pack_norm(weight.values());
        REQUIRE(packed.has_value());
        matrix out(rows, cols);
        b.rms_norm(x.view(), **packed, 1e-5f, out.view());
        return out;
      };
      const matrix want = norm(*oracle);
      const matrix got = norm(*simd);
      std::size_t different = 0;
      for (std::size_t i = 0; i < want.values().size(); ++i)
        different += want.values()[i] != got.values()[i] ? 1 : 0;
      INFO(describe(options) << " " << rows << " x " << cols);
      CHECK(worst_row(want, got) <= row_tolerance(options.activations()));
      CHECK(different <= want.values().size() / 10'000);
    }
}

TEST_CASE("RMS norm may write over its input") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto b = make_simd(options, 2);
  const matrix weight = matrix::random(1, 70, 3);
  auto packed = b->pack_norm(weight.values());
  REQUIRE(packed.has_value());
  matrix x = values(*b, 5, 70, 4);
  matrix out(5, 70);
  b->rms_norm(x.view(), **packed, 1e-6f, out.view());
  b->rms_norm(x.view(), **packed, 1e-6f, x.view());
  CHECK(same_bits(x, out));
}

TEST_CASE("the residual and its norm agree with the oracle") {
  compare([](backend& b, std::int64_t rows, std::int64_t cols) {
    const matrix weight = matrix::random(1, cols, 5);
    auto packed = b.pack_norm(weight.values());
    REQUIRE(packed.has_value());
    matrix residual = values(b, rows, cols, 6);
    const matrix delta = values(b, rows, cols, 7, 0.5f);
    matrix out(rows, cols);
    b.add_rms_norm(residual.view(), delta.view(), **packed, 1e-6f, out.view());
    matrix both(2 * rows, cols);
    std::copy(residual.values().begin(), residual.values().end(), both.values().begin());
    std::copy(out.values().begin(), out.values().end(),
              both.values().begin() + static_cast<std::ptrdiff_t>(rows * cols));
    return both;
  });
}

TEST_CASE("SwiGLU agrees with the oracle, far out too") {
  for (const float scale : {3.0f, 120.0f})
    compare([scale](backend& b, std::int64_t rows, std::int64_t cols) {
      const matrix gate_up = values(b, rows, 2 * cols, 8, scale);
      matrix out(rows, cols);
      b.swiglu(gate_up.view(), out.view());
      return out;
    });
}

TEST_CASE("addition is the oracle's to the bit") {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  for (const std::int64_t cols : widths) {
    const matrix y = values(*oracle, 50, cols, 9);
    matrix a = values(*oracle, 50, cols, 10);
    matrix b = a;
    oracle->add(a.view(), y.view());
    simd->add(b.view(), y.view());
    CHECK(same_bits(a, b));
  }
}

TEST_CASE("rotation agrees with the oracle for every head and odd numbers of pairs") {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  const small_step step({{700, 3}, {0, 2}, {5, 60}}, 1024);
  for (const std::int64_t pairs : {1, 3, 4, 5, 32}) {
    std::vector<float> inv_freq;
    for (std::int64_t i = 0; i < pairs; ++i)
      inv_freq.push_back(std::pow(10000.0f, -static_cast<float>(i) / static_cast<float>(pairs)));
    const std::int64_t stride = 2 * pairs + 6;
    const auto rotate = [&](backend& b) {
      auto table = b.make_rope_table(inv_freq, 1.25f, 1024);
      REQUIRE(table.has_value());
      matrix x = values(b, 65, 3 * stride, 11);
      in_step(b, step.layout(), [&] { b.rope(**table, x.view(), 3, 6, stride); });
      return x;
    };
    INFO(describe(options) << ", " << pairs << " pairs");
    CHECK(worst_row(rotate(*oracle), rotate(*simd)) <= row_tolerance(options.activations()));
  }
}

TEST_CASE("embeddings of every stored type are the oracle's to the bit") {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  small_step step({{0, 40}}, 64);
  for (std::size_t i = 0; i < step.ids().size(); ++i)
    step.ids()[i] = static_cast<token_id>(i * 7 % 90);
  const matrix table = matrix::random(90, 67, 12);
  for (const dtype stored : {dtype::float32, dtype::bfloat16, dtype::float16}) {
    const std::vector<std::uint16_t> bits = testing::half_bits(table, stored);
    const raw_weight raw =
        stored == dtype::float32 ? table.raw() : raw_weight{bits.data(), stored, 90, 67};
    const auto embed = [&](backend& b) {
      auto packed = b.pack_embedding(raw);
      REQUIRE(packed.has_value());
      matrix out(40, 67);
      in_step(b, step.layout(), [&] { b.embed(**packed, out.view()); });
      return out;
    };
    CHECK(same_bits(embed(*oracle), embed(*simd)));
  }
}

TEST_CASE("rows are gathered in the order asked for") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto b = make_simd(options, 2);
  const matrix x = values(*b, 9, 33, 13);
  const std::vector<std::int32_t> rows = {8, 0, 0, 5};
  const small_step step({{0, 9}}, 64);
  step_layout layout = step.layout();
  layout.logit_rows = rows;
  matrix out(4, 33);
  in_step(*b, layout, [&] { b->gather_logit_rows(x.view(), out.view()); });
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(same_bits(one_row(out, static_cast<std::int64_t>(i)), one_row(x, rows[i])));
}

} // namespace hadal::kernels
