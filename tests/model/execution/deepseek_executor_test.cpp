#include "kernels/cpu/sampling/logprobs.hpp"
#include "model/execution/make_executor.hpp"
#include "model/weights/safetensors_file.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/model/deepseek/small_configs.hpp"
#include "tests/model/execution/executor_driver.hpp"

#include <fmt/core.h>

#include <cstring>
#include <map>

namespace hadal::model {

using namespace testing;

namespace {

executor_options small_options(const model_config& config, bool scalar, bool deterministic) {
  executor_options options;
  options.config = config;
  options.dummy_weights = true;
  options.dummy_seed = 5;
  options.scalar = scalar;
  options.threads = 2;
  options.deterministic = deterministic;
  options.page_count = 64;
  options.context_length = 512;
  options.slot_count = 16;
  options.max_step_tokens = 512;
  return options;
}

std::unique_ptr<step_executor> make(const executor_options& options) {
  auto made = make_executor(options);
  if (!made)
    FAIL(made.error().message);
  return std::move(*made);
}

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(HADAL_SOURCE_DIR) / "tests/fixtures/hf" / name;
}

std::vector<token_id> golden_ids(const safetensors_file& file, const std::string& name) {
  const raw_tensor* tensor = file.find(name);
  REQUIRE(tensor != nullptr);
  std::vector<token_id> ids(tensor->bytes.size() / sizeof(token_id));
  std::memcpy(ids.data(), tensor->bytes.data(), tensor->bytes.size());
  return ids;
}

/// Requests of mixed lengths, over page edges, some greedy, some drawn.
std::vector<driven_request> mixed_requests(const model_config& config, std::size_t count) {
  kernels::testing::random_source source(11);
  const std::size_t lengths[] = {1, 70, 17, 64, 5, 33, 2, 90};
  std::vector<driven_request> requests(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t t = 0; t < lengths[i % 8]; ++t)
      requests[i].prompt.push_back(source.below(config.vocab_size));
    requests[i].output_tokens = 3 + i % 5;
    requests[i].seed = i;
    requests[i].params.temperature = i % 3 == 0 ? 0.0f : 0.8f;
    requests[i].params.top_p = i % 3 == 1 ? 0.9f : 1.0f;
    requests[i].params.repetition_penalty = i % 4 == 0 ? 1.3f : 1.0f;
  }
  return requests;
}

/// A fixture in float32, as its golden tensors were made.
auto make_golden(const model_config& config, const char* name, bool scalar) {
  executor_options options = small_options(config, scalar, false);
  options.dummy_weights = false;
  options.directory = fixture(name);
  options.dtype = compute_dtype::float32;
  return make(options);
}

} // namespace

TEST_CASE("greedy tokens through the executor are those of transformers, on both CPU backends") {
  for (const char* name : {"v2-noqlora", "v3-ragged"}) {
    auto config = load_model_config(fixture(name) / "config.json");
    auto golden = safetensors_file::open(fixture(name) / "golden.safetensors");
    REQUIRE((config.has_value() && golden.has_value()));
    for (const bool scalar : {true, false}) {
      auto executor = make_golden(*config, name, scalar);
      std::vector<driven_request> requests(3);
      std::vector<std::vector<token_id>> expected;
      for (int i = 0; i < 3; ++i) {
        auto& request = requests[static_cast<std::size_t>(i)];
        request.prompt = golden_ids(*golden, fmt::format("prompt.{}.ids", i));
        request.output_tokens = 64;
        request.params.temperature = 0.0f;
        expected.push_back(golden_ids(*golden, fmt::format("prompt.{}.continuation", i)));
      }
      CHECK(executor_driver(*executor, 512).run(requests) == expected);
    }
  }
}

TEST_CASE("concurrent requests get the tokens that each gets alone, whatever the chunk size") {
  for (const auto& [name, config] : small_configs()) {
    for (const bool scalar : {true, false}) {
      if (scalar && name != "plain V2")
        continue; // the forward tests cut the oracle's steps on every shape
      INFO(name << (scalar ? " scalar" : " simd"));
      auto executor = make(small_options(config, scalar, true));
      const auto requests = mixed_requests(config, 16);
      std::vector<std::vector<token_id>> alone;
      for (const driven_request& request : requests)
        alone.push_back(executor_driver(*executor, 512).run({request})[0]);
      for (const std::int32_t chunk : {1, 7, 64, 512})
        CHECK(executor_driver(*executor, chunk).run(requests) == alone);
    }
  }
}

TEST_CASE("constant preemption changes no token") {
  const model_config config = quantised(grouped_v2());
  for (const bool scalar : {true, false}) {
    auto executor = make(small_options(config, scalar, true));
    const auto requests = mixed_requests(config, 10);
    const auto expected = executor_driver(*executor, 64).run(requests);
    CHECK(executor_driver(*executor, 40).run(requests, 2) == expected);
  }
}

TEST_CASE("a prompt's scores are the log softmax of transformers' logits, on both CPU backends") {
  for (const char* name : {"v2-noqlora", "v3-ragged"}) {
    auto config = load_model_config(fixture(name) / "config.json");
    auto golden = safetensors_file::open(fixture(name) / "golden.safetensors");
    REQUIRE((config.has_value() && golden.has_value()));
    for (const bool scalar : {true, false}) {
      auto executor = make_golden(*config, name, scalar);
      for (const std::int32_t chunk : {512, 5}) {
        driven_request request;
        request.prompt = golden_ids(*golden, "prompt.0.ids");
        request.output_tokens = 1;
        request.scored_from = 1;
        request.scored_top = 3;
        executor_driver driver(*executor, chunk);
        driver.run({request});
        const auto scores = driver.scores()[0];
        REQUIRE(scores.size() == request.prompt.size() - 1);
        const raw_tensor* logits = golden->find("prompt.0.logits");
        REQUIRE(logits != nullptr);
        const auto width = static_cast<std::size_t>(config->vocab_size);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          std::vector<float> row(width);
          std::memcpy(row.data(), logits->bytes.data() + i * width * sizeof(float),
                      width * sizeof(float));
          const scored_token expected = kernels::score_token(row, request.prompt[i + 1], 3);
          INFO(name << " position " << i + 1);
          CHECK(scores[i].id == expected.id);
          REQUIRE(scores[i].logprob);
          CHECK(*scores[i].logprob == Approx(*expected.logprob).margin(1e-3));
          REQUIRE(scores[i].top.size() == 3);
          CHECK(scores[i].top[0].id == expected.top[0].id);
          CHECK(scores[i].top[2].logprob == Approx(expected.top[2].logprob).margin(1e-3));
        }
      }
    }
  }
}

TEST_CASE("scores and tokens are the same whatever chunk, neighbours and preemption") {
  const model_config config = quantised(grouped_v2());
  auto executor = make(small_options(config, false, true));
  auto requests = mixed_requests(config, 10);
  const auto plain = executor_driver(*executor, 512).run(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].scored_from = static_cast<std::int32_t>(i % 4); // some from the middle, some none
    requests[i].scored_top = static_cast<std::int32_t>(i % 3);
  }
  std::vector<std::vector<scored_token>> alone;
  for (const driven_request& request : requests) {
    executor_driver driver(*executor, 512);
    driver.run({request});
    alone.push_back(driver.scores()[0]);
    const auto length = static_cast<std::int32_t>(request.prompt.size());
    const auto from = request.scored_from;
    CHECK(static_cast<std::int32_t>(alone.back().size()) ==
          (from == 0 ? 0 : std::max(length - from, 0)));
  }
  const auto equal = [](const scored_token& a, const scored_token& b) {
    return a.id == b.id && a.logprob == b.logprob &&
           std::equal(a.top.begin(), a.top.end(), b.top.begin(), b.top.end(),
                      [](const token_logprob& x, const token_logprob& y) {
                        return x.id == y.id && x.logprob == y.logprob;
                      });
  };
  for (const auto& [chunk, preempt_every] :
       std::vector<std::pair<std::int32_t, std::size_t>>{{7, 0}, {40, 2}}) {
    executor_driver driver(*executor, chunk);
    CHECK(driver.run(requests, preempt_every) == plain);
    const auto together = driver.scores();
    for (std::size_t i = 0; i < requests.size(); ++i)
      CHECK(std::equal(together[i].begin(), together[i].end(), alone[i].begin(), alone[i].end(),
                       equal));
  }
}

TEST_CASE("info tells the limits that were asked for") {
  executor_options options = small_options(plain_v2(), true, false);
  options.context_length = 0;
  const auto executor = make(options);
  CHECK(executor->info().vocab_size == 97);
  CHECK(executor->info().context_length == 2048);
  CHECK(executor->info().page_count == 64);
  CHECK(executor->info().slot_count == 16);
  CHECK(executor->info().max_step_tokens == 512);
}

TEST_CASE("ids from sampled_vocab_size on never come out") {
  executor_options options = small_options(plain_v2(), true, false);
  options.sampled_vocab_size = 5;
  auto executor = make(options);
  driven_request request;
  request.prompt = {1, 2, 3};
  request.output_tokens = 60;
  request.params.temperature = 2.0f;
  std::map<token_id, int> seen;
  const auto outputs = executor_driver(*executor, 64).run({request});
  for (const token_id id : outputs[0])
    ++seen[id];
  CHECK(seen.size() > 1);
  CHECK(seen.rbegin()->first < 5);
}

TEST_CASE("rows are sampled by their index, in any order, and a sequence without logits by none") {
  auto executor = make(small_options(plain_v2(), true, true));
  const auto state = [] {
    auto s = std::make_shared<slot_state>();
    s->params.temperature = 0.0f;
    return s;
  };
  const auto extend = [](std::uint32_t slot, std::uint32_t begin, bool logits) {
    sequence_extend e;
    e.slot = slot;
    e.extend_len = 2;
    e.given_len = 2;
    e.token_begin = begin;
    e.logit_rows = logits ? 1 : 0;
    return e;
  };
  forward_batch batch;
  batch.id = step_id{1};
  batch.token_ids = {1, 2, 30, 31, 60, 61};
  batch.grants = {{0, 0, page_id{3}}, {1, 0, page_id{1}}, {2, 0, page_id{2}}};
  batch.sequences = {extend(0, 0, true), extend(1, 2, false), extend(2, 4, true)};
  REQUIRE(executor->forward(batch).has_value());
  auto both =
      sample_and_wait(*executor, {step_id{1}, {{2, 1, 0, state(), {}}, {0, 0, 0, state(), {}}}});
  REQUIRE(both.has_value());
  REQUIRE(both->tokens.size() == 2);
  CHECK((both->runs[0].slot == 2 && both->runs[1].slot == 0));

  for (const std::size_t i : {0u, 2u}) {
    forward_batch alone = batch;
    alone.id = step_id{2 + i};
    alone.sequences = {batch.sequences[i]};
    REQUIRE(executor->forward(alone).has_value());
    auto one =
        sample_and_wait(*executor, {alone.id, {{batch.sequences[i].slot, 0, 0, state(), {}}}});
    REQUIRE(one.has_value());
    CHECK(one->tokens[0].id == both->tokens[i == 0 ? 1 : 0].id);
  }
}

} // namespace hadal::model
