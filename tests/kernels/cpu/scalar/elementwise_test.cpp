#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

namespace hadal::kernels {

using testing::in_step;
using testing::matrix;
using testing::small_limits;
using testing::small_step;

namespace {

std::unique_ptr<backend> make(dtype compute = dtype::float32) {
  backend_options options;
  options.compute = compute;
  auto made = make_scalar_backend(options);
  REQUIRE(made.has_value());
  REQUIRE((*made)->reserve(small_limits()).has_value());
  return std::move(*made);
}

} // namespace

TEST_CASE("embed copies the rows of the step's tokens, rounded to the compute dtype") {
  auto b = make(dtype::bfloat16);
  const matrix table(3, 2, {1, 2, 3, 1.00390625f, 5, 6});
  auto packed = b->pack_embedding(table.raw());
  REQUIRE(packed.has_value());
  small_step step({{0, 3}}, 64);
  step.ids() = {2, 0, 1};
  matrix out(3, 2);
  in_step(*b, step.layout(), [&] { b->embed(**packed, out.view()); });
  CHECK(out.values() == std::vector<float>{5, 6, 1, 2, 3, 1});
}

TEST_CASE("rms_norm divides by the root of the mean square and scales, also in place") {
  auto b = make();
  const std::vector<float> weight = {1.0f, 2.0f, -1.0f, 0.5f};
  auto norm = b->pack_norm(weight);
  REQUIRE(norm.has_value());
  matrix x(1, 4, {1, -1, 3, 5}); // mean of squares 9
  b->rms_norm(x.view(), **norm, 0.0f, x.view());
  CHECK(x.at(0, 0) == Approx(1.0 / 3));
  CHECK(x.at(0, 1) == Approx(-2.0 / 3));
  CHECK(x.at(0, 2) == Approx(-1.0));
  CHECK(x.at(0, 3) == Approx(2.5 / 3));
}

TEST_CASE("the norm's eps is inside the root and keeps a row of zeros at zero") {
  auto b = make();
  auto norm = b->pack_norm(std::vector<float>{1.0f, 1.0f});
  REQUIRE(norm.has_value());
  matrix x(2, 2, {0, 0, 3, 3});
  matrix out(2, 2);
  b->rms_norm(x.view(), **norm, 16.0f, out.view());
  CHECK(out.values() == std::vector<float>{0, 0, 0.6f, 0.6f});
}

TEST_CASE("add_rms_norm leaves the rounded sum in the residual and norms that") {
  auto b = make(dtype::bfloat16);
  auto norm = b->pack_norm(std::vector<float>{1.0f, 1.0f});
  REQUIRE(norm.has_value());
  matrix residual(1, 2, {1, 2});
  const matrix delta(1, 2, {0.00390625f, 1});
  matrix out(1, 2);
  b->add_rms_norm(residual.view(), delta.view(), **norm, 0.0f, out.view());
  CHECK(residual.values() == std::vector<float>{1, 3});
  CHECK(out.at(0, 0) == round_to(dtype::bfloat16, 1.0f / std::sqrt(5.0f)));
}

TEST_CASE("a norm covers the columns of its view only") {
  auto b = make();
  auto norm = b->pack_norm(std::vector<float>{1.0f, 1.0f});
  REQUIRE(norm.has_value());
  matrix x(1, 4, {9, 3, 4, 9});
  const tensor_view part = x.view().columns(1, 2);
  b->rms_norm(part, **norm, 0.0f, part);
  CHECK(x.at(0, 0) == 9.0f);
  CHECK(x.at(0, 3) == 9.0f);
  CHECK(x.at(0, 1) == Approx(3 / std::sqrt(12.5)));
}

TEST_CASE("rope rotates neighbouring columns by position times frequency, head by head") {
  auto b = make();
  auto table = b->make_rope_table(std::vector<float>{1.0f, 0.25f}, 1.5f, 8);
  REQUIRE(table.has_value());
  small_step step({{2, 2}}, 64); // positions 2 and 3
  matrix x(2, 10);
  for (std::int64_t r = 0; r < 2; ++r)
    for (std::int64_t c = 0; c < 10; ++c)
      x.at(r, c) = static_cast<float>(c + 1);
  in_step(*b, step.layout(), [&] {
    b->rope(**table, x.view(), 2, 1, 5); // heads of 5 columns, the rope part at 1
  });
  for (std::int64_t r = 0; r < 2; ++r) {
    const double p = static_cast<double>(r) + 2;
    for (std::int64_t h = 0; h < 2; ++h) {
      const double base = static_cast<double>(5 * h);
      CHECK(x.at(r, 5 * h) == static_cast<float>(base + 1));
      for (int pair = 0; pair < 2; ++pair) {
        const double angle = p * (pair == 0 ? 1.0 : 0.25);
        const double even = base + 2 + 2 * pair;
        const double odd = even + 1;
        const std::int64_t c = 5 * h + 1 + 2 * pair;
        CHECK(x.at(r, c) ==
              Approx(1.5 * (even * std::cos(angle) - odd * std::sin(angle))).margin(1e-5));
        CHECK(x.at(r, c + 1) ==
              Approx(1.5 * (even * std::sin(angle) + odd * std::cos(angle))).margin(1e-5));
      }
    }
  }
}

TEST_CASE("rope at position zero changes nothing") {
  auto b = make();
  auto table = b->make_rope_table(std::vector<float>{1.0f}, 1.0f, 1);
  REQUIRE(table.has_value());
  small_step step({{0, 1}}, 64);
  matrix x(1, 2, {0.7f, -0.3f});
  in_step(*b, step.layout(), [&] { b->rope(**table, x.view(), 1, 0, 2); });
  CHECK(x.values() == std::vector<float>{0.7f, -0.3f});
}

TEST_CASE("swiglu gates in float32 and rounds the product once") {
  auto b = make(dtype::bfloat16);
  const matrix x(1, 4, {1.0f, -20.0f, 2.0f, 3.0f});
  matrix out(1, 2);
  b->swiglu(x.view(), out.view());
  CHECK(out.at(0, 0) == round_to(dtype::bfloat16, static_cast<float>(2.0 / (1 + std::exp(-1.0)))));
  CHECK(out.at(0, 1) ==
        round_to(dtype::bfloat16, static_cast<float>(-60.0 / (1 + std::exp(20.0)))));
}

TEST_CASE("rows are gathered in the order asked for, repeats included") {
  auto b = make();
  const matrix x(3, 2, {1, 2, 3, 4, 5, 6});
  matrix out(3, 2);
  const std::vector<std::int32_t> rows = {2, 0, 2};
  const small_step step({{0, 3}}, 64);
  step_layout layout = step.layout();
  layout.logit_rows = rows;
  in_step(*b, layout, [&] { b->gather_logit_rows(x.view(), out.view()); });
  CHECK(out.values() == std::vector<float>{5, 6, 1, 2, 5, 6});
}

} // namespace hadal::kernels
