#include "tests/parity/backends.hpp"

namespace hadal::kernels {

using testing::describe;
using testing::float8_input;
using testing::float8_weight;
using testing::make_oracle;
using testing::make_simd;
using testing::matrix;
using testing::one_row;
using testing::row_tolerance;
using testing::same_bits;
using testing::tested_options;
using testing::worst_row;

namespace {

struct expert_set {
  std::vector<matrix> plain;
  std::vector<float8_weight> quantised;
  std::vector<raw_expert> raw;

  expert_set(std::int64_t count, std::int64_t hidden, std::int64_t width, bool float8,
             input_form input) {
    for (std::int64_t e = 0; e < count; ++e) {
      const auto seed = static_cast<std::uint64_t>(10 * e);
      if (float8) {
        quantised.push_back(float8_weight::random(width, hidden, seed + 1));
        quantised.push_back(float8_weight::random(width, hidden, seed + 2));
        quantised.push_back(float8_weight::random(hidden, width, seed + 3));
      } else {
        plain.push_back(matrix::random(width, hidden, seed + 1, 0.2f));
        plain.push_back(matrix::random(width, hidden, seed + 2, 0.2f));
        plain.push_back(matrix::random(hidden, width, seed + 3, 0.2f));
      }
    }
    const auto weight = [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      return float8 ? quantised[at].raw(input) : plain[at].raw();
    };
    for (std::int64_t e = 0; e < count; ++e)
      raw.push_back({weight(3 * e), weight(3 * e + 1), weight(3 * e + 2)});
  }
};

/// Ids and weights of the chosen experts, then the experts' outputs.
struct moe_result {
  std::vector<std::int32_t> ids;
  matrix weights;
  matrix out;
};

moe_result run(backend& b, const matrix& x, const expert_set& experts, const routing_shape& shape,
               const matrix& gate, std::span<const float> bias) {
  auto router = b.pack_router(gate.raw(), bias, shape);
  auto packed = b.pack_experts(experts.raw);
  REQUIRE((router.has_value() && packed.has_value()));
  moe_result r{
      std::vector<std::int32_t>(static_cast<std::size_t>(x.rows() * shape.experts_per_token)),
      matrix(x.rows(), shape.experts_per_token), matrix(x.rows(), x.cols())};
  const tensor_view ids(r.ids.data(), dtype::int32, x.rows(), shape.experts_per_token);
  b.route(x.view(), **router, ids, r.weights.view());
  b.expert_mlp(x.view(), **packed, ids, r.weights.view(), r.out.view());
  return r;
}

} // namespace

TEST_CASE("routing and experts agree with the oracle") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = GENERATE(dtype::float32, dtype::bfloat16);
  options.unrounded_activations = GENERATE(false, true);
  const bool float8 = GENERATE(false, true);
  const auto oracle = make_oracle(options);
  const auto simd = make_simd(options, 2);
  const std::vector<routing_shape> shapes = {
      {routing_method::greedy, false, 6, 2, 1, 1, false, 1.0f},
      {routing_method::group_limited_greedy, false, 8, 3, 4, 2, false, 4.0f},
      {routing_method::noaux_tc, true, 16, 4, 4, 2, true, 2.5f},
  };
  for (const routing_shape& shape : shapes) {
    for (const auto& [rows, hidden, width] :
         {std::array<std::int64_t, 3>{0, 64, 32}, {1, 64, 32}, {5, 130, 80}, {150, 72, 136}}) {
      const expert_set experts(shape.experts, hidden, width, float8, float8_input(options));
      const matrix gate = matrix::random(shape.experts, hidden, 5, 1.0f);
      std::vector<float> bias;
      if (shape.method == routing_method::noaux_tc)
        for (std::int32_t e = 0; e < shape.experts; ++e)
          bias.push_back(0.2f + 0.01f * static_cast<float>(e % 5));
      const matrix x = matrix::random(rows, hidden, 6, 1.0f, options.activations());
      const moe_result want = run(*oracle, x, experts, shape, gate, bias);
      const moe_result got = run(*simd, x, experts, shape, gate, bias);
      INFO(describe(options) << (float8 ? " float8 " : " plain ") << rows << " rows, " << hidden
                             << " x " << width << ", " << shape.experts << " experts");
      CHECK(want.ids == got.ids);
      CHECK(worst_row(want.weights, got.weights) <= 2e-6);
      // There are three roundings. Under w8a8 a value that rounds to the next e4m3 value moves a
      // row by up to one such step in one column.
      const bool requantised = float8 && !options.unrounded_activations;
      CHECK(worst_row(want.out, got.out) <=
            (requantised ? 1e-2 : 3.0 * row_tolerance(options.activations())));
    }
  }
}

TEST_CASE("a row's experts give the same bits in every batch and on every number of threads") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::bfloat16;
  options.unrounded_activations = GENERATE(false, true);
  const routing_shape shape = {routing_method::noaux_tc, true, 16, 4, 4, 2, true, 2.5f};
  const expert_set experts(16, 96, 72, true, float8_input(options));
  const matrix gate = matrix::random(16, 96, 7);
  const std::vector<float> bias(16, 0.25f);
  const matrix x = matrix::random(140, 96, 8, 1.0f, options.activations());
  const auto one = make_simd(options, 1);
  const moe_result together = run(*one, x, experts, shape, gate, bias);
  for (const int threads : {2, 3}) {
    const moe_result other = run(*make_simd(options, threads), x, experts, shape, gate, bias);
    CHECK(other.ids == together.ids);
    CHECK(same_bits(other.out, together.out));
  }
  for (const std::int64_t r : {0, 77, 139}) {
    const moe_result alone = run(*one, one_row(x, r), experts, shape, gate, bias);
    CHECK(same_bits(alone.out, one_row(together.out, r)));
  }
}

} // namespace hadal::kernels
