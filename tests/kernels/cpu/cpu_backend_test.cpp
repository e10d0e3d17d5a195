// What the CPU backends share, on both.
#include "kernels/cpu/cpu_backend.hpp"

#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"
#include "tests/kernels/device_tensors.hpp"

namespace hadal::kernels {

using testing::get;
using testing::in_step;
using testing::matrix;
using testing::put;
using testing::small_step;
using testing::space;

namespace {

std::unique_ptr<backend> make(bool simd) {
  backend_options options;
  options.compute = dtype::float32;
  auto made =
      simd ? make_simd_backend(options, cpu_options{.threads = 2}) : make_scalar_backend(options);
  REQUIRE(made.has_value());
  REQUIRE((*made)->reserve(testing::small_limits()).has_value());
  return std::move(*made);
}

} // namespace

TEST_CASE("verbs run over the step's own rows before run_step returns, each time it is called") {
  const auto b = make(GENERATE(false, true));
  const small_step step({{0, 3}, {0, 2}}, 64);
  step_layout layout = step.layout();
  const std::vector<std::int32_t> rows = {2, 4};
  layout.logit_rows = rows;
  std::vector<step_extent> extents;
  for (int i = 0; i < 2; ++i)
    b->run_step(layout, step_program{1}, [&](step_extent n) { extents.push_back(n); });
  REQUIRE(extents.size() == 2);
  CHECK((extents[1].rows == 5 && extents[1].logit_rows == 2));
}

TEST_CASE("when_done is called before it returns") {
  const auto b = make(GENERATE(false, true));
  int calls = 0;
  b->when_done([&](const result<void>& outcome) { calls += outcome.has_value() ? 1 : 100; });
  CHECK(calls == 1);
}

TEST_CASE("tensors are written and read without gaps, whatever their row stride") {
  const auto b = make(GENERATE(false, true));
  const tensor_view wide = put(*b, matrix(2, 3, {1, 2, 3, 4, 5, 6}));
  CHECK(get(*b, wide.columns(1, 2)).values() == std::vector<float>{2, 3, 5, 6});
  b->write(wide.columns(0, 1), std::vector<float>{-1, -4}.data());
  CHECK(get(*b, wide).values() == std::vector<float>{-1, 2, 3, -4, 5, 6});
}

TEST_CASE("a negative id is the token that its slot holds") {
  const auto b = make(GENERATE(false, true));
  auto sampler = b->make_sampler({3, 3, 4});
  auto table = b->pack_embedding(matrix(3, 1, {10, 20, 30}).raw());
  REQUIRE((sampler.has_value() && table.has_value()));
  auto state = std::make_shared<slot_state>();
  state->params.temperature = 0.0f;
  const tensor_view logits = put(*b, matrix(1, 3, {1, 5, 2}));
  std::vector<sampled_run> runs;
  std::vector<sampled_token> tokens;
  (*sampler)->sample(logits, std::vector<sequence_sample>{{2, 0, 0, state, {}}}, runs, tokens);
  small_step step({{0, 2}}, 64);
  step.ids() = {~token_id{2}, 2};
  const tensor_view out = space(*b, 2, 1);
  in_step(*b, step.layout(), [&] { b->embed(**table, out); });
  CHECK(get(*b, out).values() == std::vector<float>{20, 30});
}

TEST_CASE("experts are counted over the rows of a step and added to what was counted before") {
  const auto b = make(GENERATE(false, true));
  const tensor_view hits = space(*b, 1, 4, dtype::int32);
  const tensor_view ids = space(*b, 3, 2, dtype::int32);
  b->write(ids, std::vector<std::int32_t>{0, 1, 1, 3, 1, 2}.data());
  const small_step step({{0, 3}}, 64);
  for (int i = 0; i < 2; ++i)
    in_step(*b, step.layout(), [&] { b->count_hits(ids, hits); });
  std::vector<std::int32_t> counts(4);
  b->read(hits, counts.data());
  REQUIRE(wait(*b).has_value());
  CHECK(counts == std::vector<std::int32_t>{2, 6, 2, 2});
}

TEST_CASE("rows that pad a step are gathered as zeros and not counted") {
  const auto b = make(GENERATE(false, true));
  small_step step({{0, 2}}, 64);
  step_layout layout = step.layout();
  const std::vector<token_id> ids(4);
  const std::vector<std::int32_t> positions(4);
  const std::vector<std::int32_t> rows = {1, -1, -1};
  layout.token_ids = ids;
  layout.positions = positions;
  layout.logit_rows = rows;
  const tensor_view x = put(*b, matrix(4, 1, {1, 2, 3, 4}));
  const tensor_view out = put(*b, matrix(3, 1, {9, 9, 9}));
  const tensor_view chosen = space(*b, 4, 1, dtype::int32);
  const tensor_view hits = space(*b, 1, 2, dtype::int32);
  in_step(*b, layout, [&] {
    b->count_hits(chosen, hits);
    b->gather_logit_rows(x, out);
    b->count_hits(chosen.row_range(0, 3), hits);
  });
  CHECK(get(*b, out).values() == std::vector<float>{2, 0, 0});
  std::vector<std::int32_t> counts(2);
  b->read(hits, counts.data());
  REQUIRE(wait(*b).has_value());
  CHECK(counts == std::vector<std::int32_t>{3, 0});
}

} // namespace hadal::kernels
