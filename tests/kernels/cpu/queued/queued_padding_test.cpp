#include "tests/kernels/cpu/queued/queued_tools.hpp"

namespace hadal::kernels {

using testing::get;
using testing::in_step;
using testing::matrix;
using testing::put;
using testing::queued_oracle;
using testing::small_step;
using testing::space;

namespace {

constexpr mla_shape shape{2, 4, 2, 8, 4, 0.5f};
constexpr step_program program{1};

/// Attention of the named steps over one cache of three pages, in turn; outputs of the real rows.
std::vector<matrix> attend(backend& b, const std::vector<small_step>& steps) {
  const matrix raw = matrix::random(shape.heads * (shape.qk_nope_head_dim + shape.v_head_dim),
                                    shape.kv_lora_rank, 1);
  auto kv_b = b.pack_kv_b(raw.raw(), shape);
  auto cache = b.make_kv_cache({1, 3, shape.kv_row_dim()});
  REQUIRE((kv_b.has_value() && cache.has_value()));
  const tensor_view q = space(b, 512, shape.heads * shape.qk_head_dim());
  const tensor_view latent = space(b, 512, shape.kv_lora_rank);
  const tensor_view key = space(b, 512, shape.qk_rope_head_dim);
  const tensor_view out = space(b, 512, shape.heads * shape.v_head_dim);
  const step_verbs verbs = [&](step_extent n) {
    b.append_kv(**cache, 0, latent.row_range(0, n.rows), key.row_range(0, n.rows));
    b.mla_attention(q.row_range(0, n.rows), **kv_b, shape, **cache, 0, out.row_range(0, n.rows));
  };
  std::vector<matrix> outputs;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const tensor_view& input : {q, latent, key})
      b.write(input, matrix::random(512, input.cols, i + 2).values().data());
    b.run_step(steps[i].layout(), program, verbs);
    outputs.push_back(get(b, out.row_range(0, steps[i].layout().rows())));
  }
  return outputs;
}

} // namespace

TEST_CASE("rows that pad a step change no row of a sequence and write to nobody's page") {
  // Three sequences fill their pages; later steps add tokens to some, padded to 8 and to 64 rows.
  const std::vector<small_step> steps = {
      small_step({{0, 60}, {0, 33}, {0, 64}}, 64), small_step({{60, 1}, {33, 2}}, 64),
      small_step({{61, 3}, {35, 29}, {63, 1}}, 64), small_step({{63, 1}, {63, 1}, {63, 1}}, 64)};
  const auto plain = testing::oracle();
  REQUIRE(plain->reserve(testing::small_limits(shape)).has_value());
  const auto queued = queued_oracle({.sizes = {8, 64, 200}}, shape);
  const std::vector<matrix> want = attend(*plain, steps);
  const std::vector<matrix> got = attend(*queued, steps);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO("step " << i);
    CHECK(got[i].values() == want[i].values());
  }
}

TEST_CASE("logit rows are padded too, with zeros, and none stay none") {
  const auto b = queued_oracle({.sizes = {4}});
  const tensor_view x = put(*b, matrix(4, 1, {1, 2, 3, 4}));
  const tensor_view out = put(*b, matrix(4, 1, {9, 9, 9, 9}));
  const small_step step({{0, 3}}, 64);
  step_layout layout = step.layout();
  const std::vector<std::int32_t> rows = {2, 0};
  std::vector<std::int64_t> logit_rows;
  const step_verbs verbs = [&](step_extent n) {
    logit_rows.push_back(n.logit_rows);
    b->gather_logit_rows(x, out.row_range(0, n.logit_rows));
  };
  b->run_step(layout, program, verbs);
  layout.logit_rows = rows;
  b->run_step(layout, program, verbs);
  CHECK(get(*b, out).values() == std::vector<float>{3, 1, 0, 0});
  CHECK(logit_rows == std::vector<std::int64_t>{0, 4});
}

TEST_CASE(
    "experts are counted of rows of sequences alone, before and after logit rows are gathered") {
  const auto b = queued_oracle({.sizes = {8}});
  const tensor_view hits = space(*b, 1, 3, dtype::int32);
  const tensor_view ids = space(*b, 8, 2, dtype::int32);
  const tensor_view rows = space(*b, 8, 1);
  const std::vector<std::int32_t> chosen = {0, 1, 0, 2, 1, 2, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};
  b->write(ids, chosen.data());
  const small_step step({{0, 2}, {0, 1}}, 64);
  step_layout layout = step.layout();
  const std::vector<std::int32_t> named = {0, 2};
  layout.logit_rows = named;
  std::vector<std::int32_t> counts(3);
  const auto run = [&](bool after_gathering) {
    b->write(hits, std::vector<std::int32_t>(3).data());
    b->run_step(layout, step_program{after_gathering ? 2u : 1u}, [&](step_extent) {
      if (after_gathering)
        b->gather_logit_rows(rows, rows);
      b->count_hits(ids, hits);
    });
    b->read(hits, counts.data());
    REQUIRE(wait(*b).has_value());
    return counts;
  };
  CHECK(run(false) == std::vector<std::int32_t>{2, 2, 2});
  CHECK(run(true) == std::vector<std::int32_t>{2, 1, 1});
}

} // namespace hadal::kernels
