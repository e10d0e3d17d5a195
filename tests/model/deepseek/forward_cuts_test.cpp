// A sequence must give the same logits however its tokens are cut into steps and whichever other
// sequences share the steps.
#include "model/weights/expected/dummy_weights.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/model/deepseek/model_runner.hpp"
#include "tests/model/deepseek/small_configs.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

struct variant {
  std::string name;
  model_config config;
  dtype compute;
  fp8_compute fp8;
};

/// Every config in every compute dtype, FP8 ones in both modes.
std::vector<variant> variants() {
  std::vector<variant> all;
  for (const auto& [name, config] : small_configs()) {
    for (const dtype compute : {dtype::float32, dtype::bfloat16, dtype::float16}) {
      all.push_back({name, config, compute, fp8_compute::w8a8});
      if (config.quantization)
        all.push_back({name, config, compute, fp8_compute::weight_only});
    }
  }
  return all;
}

model_runner make(const variant& v, bool deterministic) {
  return {v.config, dummy_weights(v.config, 5),
          scalar(backend_options_of(v.config, v.compute, v.fp8, deterministic))};
}

std::vector<token_id> tokens(const model_config& config, std::size_t count, std::uint64_t seed) {
  kernels::testing::random_source source(seed);
  std::vector<token_id> ids;
  for (std::size_t i = 0; i < count; ++i)
    ids.push_back(source.below(config.vocab_size));
  return ids;
}

} // namespace

TEST_CASE("deterministic logits do not depend on the size of chunks, bit by bit") {
  for (const variant& v : variants()) {
    INFO(v.name << " in " << to_string(v.compute) << (v.fp8 == fp8_compute::w8a8 ? " w8a8" : ""));
    model_runner runner = make(v, true);
    const auto ids = tokens(v.config, v.config.kv_lora_rank < 100 ? 140 : 72, 1); // several pages
    const logit_rows whole = runner.run(0, ids, 512);
    CHECK(whole == runner.run(1, ids, 64));
    CHECK(whole == runner.run(2, ids, 7));
    CHECK(whole == runner.run(3, ids, 1));
  }
}

TEST_CASE("deterministic logits do not depend on the other sequences of a step, bit by bit") {
  for (const variant& v : variants()) {
    INFO(v.name << " in " << to_string(v.compute) << (v.fp8 == fp8_compute::w8a8 ? " w8a8" : ""));
    model_runner alone = make(v, true);
    model_runner shared = make(v, true);
    const std::vector<std::size_t> lengths = {70, 1, 33, 64, 9, 7};
    std::vector<std::vector<token_id>> ids;
    std::vector<logit_rows> expected;
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      ids.push_back(tokens(v.config, lengths[s], 10 + s));
      expected.push_back(alone.run(static_cast<int>(s), ids.back()));
    }
    // Each sequence has its own chunk size and joins one step after the one before it.
    const std::size_t chunks[] = {13, 1, 8, 64, 5, 2};
    std::vector<logit_rows> got(lengths.size());
    for (std::size_t step = 0; step < 40; ++step) {
      std::vector<model_runner::extend> extends;
      for (std::size_t s = 0; s < lengths.size() && s <= step; ++s) {
        const std::size_t begin = std::min((step - s) * chunks[s], lengths[s]);
        const std::size_t end = std::min(begin + chunks[s], lengths[s]);
        if (begin < end)
          extends.push_back({static_cast<int>(s),
                             {ids[s].begin() + static_cast<std::ptrdiff_t>(begin),
                              ids[s].begin() + static_cast<std::ptrdiff_t>(end)}});
      }
      if (extends.empty())
        continue;
      const logit_rows rows = shared.step(extends);
      std::size_t row = 0;
      for (const auto& extend : extends)
        for (std::size_t i = 0; i < extend.tokens.size(); ++i)
          got[static_cast<std::size_t>(extend.sequence)].push_back(rows[row++]);
    }
    CHECK(got == expected);
  }
}

TEST_CASE("in float32 both forms of attention give the same logits within 1e-5 of their size") {
  for (const auto& [name, config] : small_configs()) {
    if (config.quantization)
      continue; // a value that rounds to the next float8 value changes everything after it
    INFO(name);
    const variant v{name, config, dtype::float32, fp8_compute::w8a8};
    model_runner absorbed = make(v, true);
    model_runner mixed = make(v, false);
    const auto ids = tokens(config, 90, 2);
    REQUIRE(kernels::expanded_pays(attention_shape(config, 1.0f), 90));
    const logit_rows expected = absorbed.run(0, ids);
    for (const std::size_t chunk : {512, 64, 7}) {
      const logit_rows got = mixed.run(static_cast<int>(chunk), ids, chunk);
      REQUIRE(got.size() == expected.size());
      for (std::size_t r = 0; r < got.size(); ++r)
        REQUIRE(relative_l2(got[r], expected[r]) < 1e-5);
      mixed.drop(static_cast<int>(chunk));
    }
  }
}

TEST_CASE("pages that another sequence used before change nothing") {
  const variant v{"plain V2", plain_v2(), dtype::bfloat16, fp8_compute::w8a8};
  model_runner runner = make(v, true);
  const auto ids = tokens(v.config, 100, 3);
  const logit_rows fresh = runner.run(0, ids);
  runner.drop(0);
  for (int s = 1; s < 4; ++s) {
    runner.run(s, tokens(v.config, 130, 20 + static_cast<std::uint64_t>(s)));
    runner.drop(s);
  }
  CHECK(runner.run(6, ids, 9) == fresh);
}

} // namespace hadal::model
