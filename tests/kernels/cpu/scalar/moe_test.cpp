#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

namespace hadal::kernels {

using testing::matrix;
using testing::small_limits;

namespace {

constexpr std::int64_t hidden = 12;
constexpr std::int64_t width = 5;
constexpr std::int64_t experts = 4;

struct raw_moe {
  std::vector<matrix> gates, ups, downs;

  raw_moe() {
    for (std::uint64_t e = 0; e < experts; ++e) {
      gates.push_back(matrix::random(width, hidden, 10 + e));
      ups.push_back(matrix::random(width, hidden, 20 + e));
      downs.push_back(matrix::random(hidden, width, 30 + e));
    }
  }

  packed_experts_ptr pack(const backend& b) const {
    std::vector<raw_expert> raw;
    for (std::size_t e = 0; e < experts; ++e)
      raw.push_back({gates[e].raw(), ups[e].raw(), downs[e].raw()});
    auto packed = b.pack_experts(raw);
    REQUIRE(packed.has_value());
    return std::move(*packed);
  }

  double mlp(std::size_t e, const matrix& x, std::int64_t row, std::int64_t column) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < width; ++i) {
      double gate = 0.0;
      double up = 0.0;
      for (std::int64_t k = 0; k < hidden; ++k) {
        gate += static_cast<double>(gates[e].at(i, k)) * x.at(row, k);
        up += static_cast<double>(ups[e].at(i, k)) * x.at(row, k);
      }
      sum += gate / (1 + std::exp(-gate)) * up * downs[e].at(column, i);
    }
    return sum;
  }
};

std::unique_ptr<backend> make(dtype compute = dtype::float32) {
  backend_options options;
  options.compute = compute;
  auto made = make_scalar_backend(options);
  REQUIRE(made.has_value());
  REQUIRE((*made)->reserve(small_limits()).has_value());
  return std::move(*made);
}

} // namespace

TEST_CASE("the routed output is the weighted sum of each row's own experts") {
  auto b = make();
  const raw_moe raw;
  const auto packed = raw.pack(*b);
  const matrix x = matrix::random(3, hidden, 1);
  std::vector<std::int32_t> ids = {0, 3, 1, 2, 0, 1};
  matrix weights(3, 2, {0.5f, 2.0f, 1.0f, -1.0f, 0.25f, 4.0f});
  matrix out(3, hidden);
  b->expert_mlp(x.view(), *packed, const_tensor_view(ids.data(), dtype::int32, 3, 2),
                weights.view(), out.view());
  for (std::int64_t r = 0; r < 3; ++r) {
    for (std::int64_t c = 0; c < hidden; ++c) {
      double expected = 0.0;
      for (std::int64_t i = 0; i < 2; ++i)
        expected +=
            weights.at(r, i) *
            raw.mlp(static_cast<std::size_t>(ids[static_cast<std::size_t>(r * 2 + i)]), x, r, c);
      CHECK(out.at(r, c) == Approx(expected).margin(1e-5));
    }
  }
}

TEST_CASE("route writes what the router's logits choose") {
  auto b = make();
  routing_shape shape;
  shape.experts = 3;
  shape.experts_per_token = 2;
  const matrix gate(3, 2, {1, 0, 0, 1, 0.5f, 0.5f});
  auto router = b->pack_router(gate.raw(), {}, shape);
  REQUIRE(router.has_value());
  const matrix x(2, 2, {4, 0, 0, 4}); // logits 4 0 2 and 0 4 2
  std::vector<std::int32_t> ids(4);
  matrix weights(2, 2);
  b->route(x.view(), **router, tensor_view(ids.data(), dtype::int32, 2, 2), weights.view());
  CHECK(ids == std::vector<std::int32_t>{0, 2, 1, 2});
  const double all = std::exp(4.0) + 1 + std::exp(2.0);
  CHECK(weights.at(0, 0) == Approx(std::exp(4.0) / all));
  CHECK(weights.at(1, 1) == Approx(std::exp(2.0) / all));
}

TEST_CASE("a MoE block adds the shared expert to the routed sum, and every row is its own") {
  for (const dtype compute : {dtype::float32, dtype::bfloat16}) {
    auto b = make(compute);
    const raw_moe raw;
    moe_weights weights;
    weights.routing.experts = experts;
    weights.routing.experts_per_token = 2;
    weights.routing.scaling_factor = 3.0f;
    const matrix gate = matrix::random(experts, hidden, 2);
    auto router = b->pack_router(gate.raw(), {}, weights.routing);
    REQUIRE(router.has_value());
    weights.router = std::move(*router);
    weights.experts = raw.pack(*b);
    const matrix shared_gate = matrix::random(7, hidden, 3);
    const matrix shared_up = matrix::random(7, hidden, 4);
    const matrix shared_down = matrix::random(hidden, 7, 5);
    const std::vector<raw_weight> gate_up = {shared_gate.raw(), shared_up.raw()};
    auto first = b->pack_linear(gate_up);
    const raw_weight down = shared_down.raw();
    auto second = b->pack_linear({&down, 1});
    REQUIRE((first.has_value() && second.has_value()));
    weights.shared = {std::move(*first), std::move(*second)};

    const matrix x = matrix::random(6, hidden, 6, 1.0f, compute);
    std::vector<std::int32_t> ids(12);
    matrix shares(6, 2), shared(6, hidden), wide(6, 14), product(6, 7);
    const moe_scratch scratch{tensor_view(ids.data(), dtype::int32, 6, 2),
                              shares.view(),
                              shared.view(),
                              {wide.view(), product.view()}};
    matrix out(6, hidden), routed(6, hidden), expected(6, hidden);
    b->moe_block(x.view(), weights, scratch, out.view());

    b->route(x.view(), *weights.router, scratch.ids, scratch.weights);
    b->expert_mlp(x.view(), *weights.experts, scratch.ids, scratch.weights, routed.view());
    b->mlp_block(x.view(), weights.shared, scratch.mlp, expected.view());
    for (std::size_t i = 0; i < out.values().size(); ++i)
      REQUIRE(out.values()[i] == round_to(compute, routed.values()[i] + expected.values()[i]));

    for (std::int64_t r = 0; r < 6; ++r) {
      matrix alone(1, hidden);
      b->moe_block(x.view().row_range(r, 1), weights, scratch, alone.view());
      for (std::int64_t c = 0; c < hidden; ++c)
        REQUIRE(alone.at(0, c) == out.at(r, c));
    }
  }
}

} // namespace hadal::kernels
