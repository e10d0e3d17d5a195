#include "model/weights/expected/dummy_weights.hpp"
#include "tests/model/deepseek/model_runner.hpp"
#include "tests/model/deepseek/small_configs.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

std::unique_ptr<kernels::backend> float32_backend(const model_config& config) {
  return scalar(backend_options_of(config, dtype::float32, fp8_compute::w8a8, true));
}

} // namespace

TEST_CASE("progress grows to the bytes of the tensors that are read") {
  const model_config config = ragged_v3();
  const dummy_weights weights(config, 1);
  std::vector<load_progress> seen;
  auto loaded = deepseek_model::load(config, weights, float32_backend(config), {8, 8, 64, 1}, 2,
                                     [&](load_progress p) { seen.push_back(p); });
  REQUIRE(loaded.has_value());
  REQUIRE(seen.size() == 4); // before the first job, then three jobs
  CHECK(seen.front().bytes_done == 0);
  CHECK(seen.back().bytes_done == seen.back().bytes_total);
  CHECK(seen.back().bytes_total > 2u * 131 * 192 * 2);
  for (std::size_t i = 1; i < seen.size(); ++i)
    CHECK(seen[i].bytes_done > seen[i - 1].bytes_done);
}

TEST_CASE("the number of loading threads does not change a model") {
  const model_config config = grouped_v2();
  const std::vector<token_id> ids = {1, 2, 3, 50, 96};
  std::vector<logit_rows> results;
  for (const unsigned threads : {1u, 4u}) {
    auto loaded = deepseek_model::load(config, dummy_weights(config, 3), float32_backend(config),
                                       {8, 8, 64, 1}, threads, {});
    REQUIRE(loaded.has_value());
    const std::vector<std::int32_t> positions = {0, 1, 2, 3, 4};
    const std::vector<kernels::step_sequence> sequences = {{0, 5, 0, 0, 1}};
    const std::vector<page_id> pages = {page_id{0}};
    const std::vector<std::int32_t> rows = {4, 0};
    (*loaded)->forward({ids, positions, sequences, pages, rows});
    results.push_back(logits_of(**loaded, 2));
  }
  CHECK(results[0] == results[1]);
  CHECK(results[0][0] != results[0][1]);
}

TEST_CASE("asking for fewer rows of logits changes none of them") {
  const model_config config = plain_v2();
  model_runner runner(config, dummy_weights(config, 3), float32_backend(config));
  const std::vector<token_id> ids = {5, 6, 7};
  const logit_rows all = runner.run(0, ids);
  const std::vector<std::int32_t> positions = {0, 1, 2};
  const std::vector<kernels::step_sequence> sequences = {{0, 3, 0, 0, 1}};
  const std::vector<page_id> pages = {page_id{63}};
  const std::vector<std::int32_t> rows = {2};
  deepseek_model& model = runner.model();
  model.forward({ids, positions, sequences, pages, {}});
  model.forward({ids, positions, sequences, pages, rows});
  CHECK(logits_of(model, 1)[0] == all[2]);
  model.forward({ids, positions, sequences, pages, {}});
  model.further_logits({ids, positions, sequences, pages, rows});
  CHECK(logits_of(model, 1)[0] == all[2]);
}

TEST_CASE("a KV cache may have layers that are not the model's") {
  const model_config config = plain_v2();
  const std::vector<token_id> ids(100, 7);
  model_runner plain(config, dummy_weights(config, 3), float32_backend(config));
  model_runner further(config, dummy_weights(config, 3), float32_backend(config), 64, 2);
  CHECK(further.run(0, ids, 30) == plain.run(0, ids, 30));
}

TEST_CASE("models without routed experts, without shared experts or all of experts run") {
  model_config dense = plain_v2();
  dense.n_routed_experts = 0;
  model_config unshared = plain_v2();
  unshared.n_shared_experts = 0;
  model_config sparse = ragged_v3();
  sparse.first_k_dense_replace = 0;
  model_config alternating = plain_v2();
  alternating.moe_layer_freq = 2;
  model_config tied = plain_v2();
  tied.tie_word_embeddings = true;
  for (const model_config& config : {dense, unshared, sparse, alternating, tied}) {
    model_runner runner(config, dummy_weights(config, 3), float32_backend(config));
    for (const auto& row : runner.run(0, {1, 2, 3}))
      for (const float logit : row)
        REQUIRE(std::isfinite(logit));
  }
}

} // namespace hadal::model
