#include "tests/parity/backends.hpp"

#include <numeric>

namespace hadal::kernels {

using testing::describe;
using testing::in_step;
using testing::make_oracle;
using testing::make_simd;
using testing::matrix;
using testing::row_tolerance;
using testing::same_bits;
using testing::small_step;
using testing::tested_options;
using testing::worst_row;

namespace {

using extents = std::vector<small_step::extent>;

constexpr std::int32_t tokens_max = 256; // per sequence: four pages

// Real widths, widths that fill no whole tile, and more heads than one tile holds.
const std::vector<mla_shape> shapes = {
    {3, 6, 4, 10, 5, 0.3f},     {4, 32, 16, 64, 24, 0.15f}, {7, 16, 8, 40, 48, 0.2f},
    {3, 32, 64, 512, 48, 0.1f}, {8, 16, 32, 512, 16, 0.1f}, // keys enough for threads to share a
                                                            // row; heads in two groups
};

/// One backend with a cache that holds `tokens_max` tokens of every sequence.
struct side {
  std::unique_ptr<backend> b;
  kv_cache_ptr cache;
  packed_kv_b_ptr kv_b;
};

side make_side(std::unique_ptr<backend> b, const mla_shape& shape, std::size_t sequences) {
  side s;
  const matrix raw = matrix::random(shape.heads * (shape.qk_nope_head_dim + shape.v_head_dim),
                                    shape.kv_lora_rank, 1, 0.3f);
  auto cache = b->make_kv_cache(
      {2, static_cast<std::int32_t>(sequences) * tokens_max / 64, shape.kv_row_dim()});
  auto packed = b->pack_kv_b(raw.raw(), shape);
  REQUIRE((cache.has_value() && packed.has_value()));
  s.cache = std::move(*cache);
  s.kv_b = std::move(*packed);
  s.b = std::move(b);
  return s;
}

/// Values of token t of sequence s: the same in whichever step it is computed.
matrix token_values(std::int64_t cols, std::size_t sequence, std::uint64_t kind, dtype type) {
  return matrix::random(tokens_max, cols, 100 * (sequence + 1) + kind, 1.0f, type);
}

/// The step's rows, taken from token_values.
matrix step_rows(const extents& sequences, std::int64_t cols, std::uint64_t kind, dtype type) {
  std::int64_t rows = 0;
  for (const auto& e : sequences)
    rows += e.extend_len;
  matrix m(rows, cols);
  std::int64_t row = 0;
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const matrix values = token_values(cols, s, kind, type);
    for (std::int32_t i = 0; i < sequences[s].extend_len; ++i, ++row)
      for (std::int64_t c = 0; c < cols; ++c)
        m.at(row, c) = values.at(sequences[s].cached_len + i, c);
  }
  return m;
}

/// One step: stores its keys, attends. Outputs of all rows.
matrix step(side& s, const mla_shape& shape, const extents& sequences, bool expanded) {
  const dtype type = s.b->options().activations();
  small_step layout(sequences, tokens_max);
  const matrix q = step_rows(sequences, shape.heads * shape.qk_head_dim(), 2, type);
  const matrix latent = step_rows(sequences, shape.kv_lora_rank, 3, type);
  const matrix key = step_rows(sequences, shape.qk_rope_head_dim, 4, type);
  matrix out(q.rows(), shape.heads * shape.v_head_dim);
  std::vector<std::int32_t> all(sequences.size());
  std::iota(all.begin(), all.end(), 0);
  in_step(*s.b, layout.layout(), [&] {
    s.b->append_kv(*s.cache, 1, latent.view(), key.view());
    if (expanded)
      s.b->mla_expanded(q.view(), *s.kv_b, *s.cache, 1, all, out.view());
    else
      s.b->mla_absorbed(q.view(), *s.kv_b, *s.cache, 1, all, out.view());
  });
  return out;
}

/// Stores the first `cached_len` tokens of every sequence.
void fill(side& s, const mla_shape& shape, const extents& sequences) {
  extents before;
  for (const auto& e : sequences)
    before.push_back({0, e.cached_len});
  step(s, shape, before, false);
}

} // namespace

TEST_CASE("both forms of attention agree with the oracle") {
  tested_options options = GENERATE(from_range(testing::tested_roundings()));
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const std::vector<extents> steps = {
      {{0, 1}},                            // one token, nothing cached
      {{63, 1}},                           // fills a page
      {{64, 1}},                           // begins one
      {{0, 65}},                           // crosses a page
      {{5, 1}, {130, 1}, {0, 3}, {63, 2}}, // decode and prefill of uneven lengths
      {{100, 30}, {1, 1}},                 // a chunk after a cached prefix
  };
  for (const mla_shape& shape : shapes) {
    for (const extents& sequences : steps) {
      side oracle = make_side(make_oracle(options, shape), shape, sequences.size());
      side simd = make_side(make_simd(options, 2, shape), shape, sequences.size());
      fill(oracle, shape, sequences);
      fill(simd, shape, sequences);
      for (const bool expanded : {false, true}) {
        INFO(describe(options) << ", " << shape.heads << " heads, latent " << shape.kv_lora_rank
                               << ", " << sequences.size() << " sequences, first cached "
                               << sequences[0].cached_len << (expanded ? ", expanded" : ""));
        // Probabilities are rounded too: a second rounding that may differ.
        CHECK(worst_row(step(oracle, shape, sequences, expanded),
                        step(simd, shape, sequences, expanded)) <=
              2.0 * row_tolerance(options.activations()));
      }
    }
  }
}

TEST_CASE("absorbed attention has the same bits alone, in a batch, in chunks, on any threads") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = GENERATE(dtype::float32, dtype::bfloat16);
  options.unrounded_activations = GENERATE(false, true);
  const mla_shape shape = shapes[GENERATE(0u, 2u, 3u, 4u)];
  const extents together = {{0, 150}, {0, 1}, {0, 70}};
  side one = make_side(make_simd(options, 1, shape), shape, together.size());
  const matrix whole = step(one, shape, together, false);
  for (const int threads : {2, 3}) {
    side other = make_side(make_simd(options, threads, shape), shape, together.size());
    CHECK(same_bits(step(other, shape, together, false), whole));
  }
  // Sequence 0 alone, token by token around the page edges and in chunks of 7 elsewhere.
  side chunked = make_side(make_simd(options, 2, shape), shape, 1);
  for (std::int32_t begin = 0; begin < 150;) {
    const std::int32_t length = std::min(begin >= 60 && begin < 70 ? 1 : 7, 150 - begin);
    const matrix out = step(chunked, shape, {{begin, length}}, false);
    for (std::int32_t i = 0; i < length; ++i)
      REQUIRE(same_bits(testing::one_row(out, i), testing::one_row(whole, begin + i)));
    begin += length;
  }
}

TEST_CASE("expanded attention has the same bits on any number of threads and beside others") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::bfloat16;
  const mla_shape shape = shapes[GENERATE(1u, 2u)];
  const extents together = {{0, 90}, {0, 33}};
  side one = make_side(make_simd(options, 1, shape), shape, 2);
  const matrix whole = step(one, shape, together, true);
  for (const int threads : {2, 3}) {
    side other = make_side(make_simd(options, threads, shape), shape, 2);
    CHECK(same_bits(step(other, shape, together, true), whole));
  }
  side alone = make_side(make_simd(options, 2, shape), shape, 1);
  const matrix first = step(alone, shape, {{0, 90}}, true);
  for (std::int64_t r = 0; r < 90; ++r)
    REQUIRE(same_bits(testing::one_row(first, r), testing::one_row(whole, r)));
}

TEST_CASE("attention writes the rows of the named sequences only") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = dtype::float32;
  const mla_shape shape = shapes[1];
  side s = make_side(make_simd(options, 2, shape), shape, 3);
  const extents sequences = {{0, 4}, {0, 2}, {0, 5}};
  small_step layout(sequences, tokens_max);
  const matrix q = step_rows(sequences, shape.heads * shape.qk_head_dim(), 2, options.compute);
  const matrix latent = step_rows(sequences, shape.kv_lora_rank, 3, options.compute);
  const matrix key = step_rows(sequences, shape.qk_rope_head_dim, 4, options.compute);
  const std::vector<std::int32_t> named = {0, 2};
  for (const bool expanded : {false, true}) {
    matrix out(11, shape.heads * shape.v_head_dim);
    for (float& v : out.values())
      v = -77.0f;
    in_step(*s.b, layout.layout(), [&] {
      s.b->append_kv(*s.cache, 1, latent.view(), key.view());
      if (expanded)
        s.b->mla_expanded(q.view(), *s.kv_b, *s.cache, 1, named, out.view());
      else
        s.b->mla_absorbed(q.view(), *s.kv_b, *s.cache, 1, named, out.view());
    });
    for (std::int64_t r = 0; r < 11; ++r)
      for (std::int64_t c = 0; c < out.cols(); ++c)
        REQUIRE((out.at(r, c) == -77.0f) == (r == 4 || r == 5));
  }
}

} // namespace hadal::kernels
