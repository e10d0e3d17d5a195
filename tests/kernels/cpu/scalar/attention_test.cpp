#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <numeric>

namespace hadal::kernels {

using testing::in_step;
using testing::matrix;
using testing::small_limits;
using testing::small_step;

namespace {

const mla_shape shape{3, 6, 4, 10, 5, 0.3f};

/// A backend, a cache of one layer, one kv_b, and queries and keys for `tokens` tokens.
struct fixture {
  std::unique_ptr<backend> b;
  kv_cache_ptr cache;
  packed_kv_b_ptr kv_b;
  matrix kv_b_raw;
  matrix q, latent, key;

  explicit fixture(std::int64_t tokens, dtype compute = dtype::float32, bool deterministic = false)
    : kv_b_raw(matrix::random(shape.heads * (shape.qk_nope_head_dim + shape.v_head_dim),
                              shape.kv_lora_rank, 1, 0.5f, compute)),
      q(matrix::random(tokens, shape.heads * shape.qk_head_dim(), 2, 1.0f, compute)),
      latent(matrix::random(tokens, shape.kv_lora_rank, 3, 1.0f, compute)),
      key(matrix::random(tokens, shape.qk_rope_head_dim, 4, 1.0f, compute)) {
    backend_options options;
    options.compute = compute;
    options.deterministic = deterministic;
    auto made = make_scalar_backend(options);
    REQUIRE(made.has_value());
    b = std::move(*made);
    REQUIRE(b->reserve(small_limits(shape)).has_value());
    auto made_cache = b->make_kv_cache({2, 64, shape.kv_row_dim()});
    auto packed = b->pack_kv_b(kv_b_raw.raw(), shape);
    REQUIRE((made_cache.has_value() && packed.has_value()));
    cache = std::move(*made_cache);
    kv_b = std::move(*packed);
  }

  /// Runs tokens [begin, end) of sequence 0 in one step; their outputs.
  matrix extend(std::int32_t begin, std::int32_t end, bool expanded) {
    small_step step({{begin, end - begin}}, static_cast<std::int32_t>(q.rows()));
    matrix out(end - begin, shape.heads * shape.v_head_dim);
    in_step(*b, step.layout(), [&] {
      b->append_kv(*cache, 1, latent.view().row_range(begin, end - begin),
                   key.view().row_range(begin, end - begin));
      const std::vector<std::int32_t> all = {0};
      const tensor_view rows = q.view().row_range(begin, end - begin);
      if (expanded)
        b->mla_expanded(rows, *kv_b, *cache, 1, all, out.view());
      else
        b->mla_absorbed(rows, *kv_b, *cache, 1, all, out.view());
    });
    return out;
  }

  /// Attention by its definition, in double.
  double expected(std::int64_t token, std::int64_t head, std::int64_t v) const {
    const auto kv = [&](std::int64_t j, std::int64_t n) {
      double sum = 0.0;
      for (std::int64_t c = 0; c < shape.kv_lora_rank; ++c)
        sum += static_cast<double>(latent.at(j, c)) *
               kv_b_raw.at(head * (shape.qk_nope_head_dim + shape.v_head_dim) + n, c);
      return sum;
    };
    const std::int64_t first = head * shape.qk_head_dim();
    double weighted = 0.0;
    double total = 0.0;
    for (std::int64_t j = 0; j <= token; ++j) {
      double score = 0.0;
      for (std::int64_t n = 0; n < shape.qk_nope_head_dim; ++n)
        score += q.at(token, first + n) * kv(j, n);
      for (std::int64_t d = 0; d < shape.qk_rope_head_dim; ++d)
        score +=
            static_cast<double>(q.at(token, first + shape.qk_nope_head_dim + d)) * key.at(j, d);
      const double p = std::exp(score * shape.softmax_scale);
      total += p;
      weighted += p * kv(j, shape.qk_nope_head_dim + v);
    }
    return weighted / total;
  }
};

void check_close(const matrix& a, const matrix& b, double margin) {
  REQUIRE(a.values().size() == b.values().size());
  for (std::size_t i = 0; i < a.values().size(); ++i)
    REQUIRE(std::fabs(a.values()[i] - b.values()[i]) <= margin);
}

} // namespace

TEST_CASE("both forms of attention are causal attention by its definition") {
  for (const bool expanded : {false, true}) {
    fixture f(70);
    const matrix out = f.extend(0, 70, expanded);
    for (const std::int64_t token : {0, 1, 63, 64, 69})
      for (std::int64_t h = 0; h < shape.heads; ++h)
        for (std::int64_t v = 0; v < shape.v_head_dim; ++v)
          REQUIRE(out.at(token, h * shape.v_head_dim + v) ==
                  Approx(f.expected(token, h, v)).margin(1e-5));
  }
}

TEST_CASE("the absorbed and the expanded form agree within the rounding of the compute dtype") {
  for (const auto& [compute, margin] :
       {std::pair{dtype::float32, 1e-5}, {dtype::bfloat16, 2e-2}, {dtype::float16, 3e-3}}) {
    fixture absorbed(130, compute);
    fixture expanded(130, compute);
    check_close(absorbed.extend(0, 130, false), expanded.extend(0, 130, true), margin);
  }
}

TEST_CASE("rows come out bit by bit the same however the tokens are cut into steps") {
  for (const dtype compute : {dtype::float32, dtype::bfloat16, dtype::float16}) {
    for (const bool expanded : {false, true}) {
      fixture whole(150, compute);
      const matrix reference = whole.extend(0, 150, expanded);
      for (const std::int32_t chunk : {1, 7, 64}) {
        fixture f(150, compute);
        for (std::int32_t begin = 0; begin < 150; begin += chunk) {
          const std::int32_t end = std::min(begin + chunk, 150);
          const matrix part = f.extend(begin, end, expanded);
          for (std::int32_t t = begin; t < end; ++t)
            for (std::int64_t c = 0; c < part.cols(); ++c)
              REQUIRE(part.at(t - begin, c) == reference.at(t, c));
        }
      }
    }
  }
}

TEST_CASE("sequences of one step do not see each other's keys") {
  fixture f(40);
  small_step step({{0, 25}, {0, 1}, {0, 14}}, 40);
  matrix out(40, shape.heads * shape.v_head_dim);
  in_step(*f.b, step.layout(), [&] {
    f.b->append_kv(*f.cache, 0, f.latent.view(), f.key.view());
    f.b->mla_absorbed(f.q.view(), *f.kv_b, *f.cache, 0, std::vector<std::int32_t>{0, 1, 2},
                      out.view());
  });
  // The single token of sequence 1 attends to itself alone: its value comes out.
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    for (std::int64_t v = 0; v < shape.v_head_dim; ++v) {
      double value = 0.0;
      for (std::int64_t c = 0; c < shape.kv_lora_rank; ++c)
        value += static_cast<double>(f.latent.at(25, c)) *
                 f.kv_b_raw.at(h * 11 + shape.qk_nope_head_dim + v, c);
      CHECK(out.at(25, h * shape.v_head_dim + v) == Approx(value).margin(1e-5));
    }
  }
}

TEST_CASE("what an earlier owner left in a page is never read") {
  fixture clean(30);
  const matrix reference = clean.extend(0, 30, false);
  fixture f(30);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  matrix dirty_latent(64, shape.kv_lora_rank);
  matrix dirty_key(64, shape.qk_rope_head_dim);
  std::fill(dirty_latent.values().begin(), dirty_latent.values().end(), nan);
  std::fill(dirty_key.values().begin(), dirty_key.values().end(), nan);
  small_step dirty({{0, 64}}, 64);
  in_step(*f.b, dirty.layout(),
          [&] { f.b->append_kv(*f.cache, 1, dirty_latent.view(), dirty_key.view()); });
  CHECK(f.extend(0, 30, false).values() == reference.values());
}

TEST_CASE("only the rows of the named sequences are written") {
  fixture f(10);
  small_step step({{0, 4}, {0, 6}}, 10);
  matrix out(10, shape.heads * shape.v_head_dim);
  std::fill(out.values().begin(), out.values().end(), 77.0f);
  in_step(*f.b, step.layout(), [&] {
    f.b->append_kv(*f.cache, 0, f.latent.view(), f.key.view());
    f.b->mla_expanded(f.q.view(), *f.kv_b, *f.cache, 0, std::vector<std::int32_t>{1}, out.view());
  });
  for (std::int64_t t = 0; t < 10; ++t)
    CHECK((out.at(t, 0) == 77.0f) == (t < 4));
}

TEST_CASE(
    "the coarse verb takes the expanded form for long extends unless it must be deterministic") {
  const std::int64_t rows = 100;
  REQUIRE(expanded_pays(shape, 100));
  REQUIRE_FALSE(expanded_pays(shape, 5));
  for (const bool deterministic : {false, true}) {
    fixture reference(rows, dtype::bfloat16);
    const matrix expected = reference.extend(0, 100, !deterministic);
    fixture f(rows, dtype::bfloat16, deterministic);
    small_step step({{0, 100}}, 100);
    matrix out(rows, shape.heads * shape.v_head_dim);
    in_step(*f.b, step.layout(), [&] {
      f.b->append_kv(*f.cache, 0, f.latent.view(), f.key.view());
      f.b->mla_attention(f.q.view(), *f.kv_b, shape, *f.cache, 0, out.view());
    });
    CHECK(out.values() == expected.values());
  }
}

TEST_CASE("expanding pays from as many rows on as it saves in width") {
  const mla_shape v3{128, 128, 64, 512, 128, 1.0f};
  CHECK_FALSE(expanded_pays(v3, 170));
  CHECK(expanded_pays(v3, 171));
  CHECK_FALSE(expanded_pays({4, 64, 8, 16, 64, 1.0f}, 100'000));
}

} // namespace hadal::kernels
