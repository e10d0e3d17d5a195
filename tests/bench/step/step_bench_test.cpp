#include "bench/step/step_bench.hpp"

#include "model/execution/null_executor.hpp"
#include "tests/support/catch.hpp"

namespace hadal::bench {

namespace {

/// Counts the calls of a null executor.
class counting_executor final : public model::step_executor {
public:
  explicit counting_executor(const model::executor_info& info)
    : inner_(info, std::vector<token_id>{}) {}

  const model::executor_info& info() const noexcept override { return inner_.info(); }
  result<void> forward(const model::forward_batch& batch) override {
    for (const auto& s : batch.sequences) {
      prefilled += s.given_len;
      decoded += s.extend_len - s.given_len;
    }
    return inner_.forward(batch);
  }
  void sample(const model::sample_batch& batch, model::sampled_callback done) override {
    inner_.sample(batch, std::move(done));
  }

  int prefilled = 0;
  int decoded = 0;

private:
  model::null_executor inner_;
};

model::executor_info small_info() {
  model::executor_info info;
  info.vocab_size = 100;
  info.context_length = 100;
  info.page_count = 7;
  info.slot_count = 4;
  info.max_step_tokens = 16;
  return info;
}

const auto unheard = [](const std::string&) {};

} // namespace

TEST_CASE("every prompt is computed in chunks and every sequence decodes as often as planned") {
  counting_executor executor(small_info());
  const step_plan plan{{1, 3}, {40}, 5, 2, 16, 1};
  const auto timings = time_steps(executor, plan, nullptr, unheard);
  REQUIRE(timings.has_value());
  REQUIRE(timings->size() == 2);
  CHECK(executor.prefilled == 2 * (1 + 3) * 40);
  CHECK(executor.decoded == 2 * (1 + 3) * 5);
  CHECK(timings->back().batch == 3);
  CHECK(timings->back().input_len == 40);
  CHECK(timings->back().decode_seconds > 0);
  CHECK(timings->back().prefill_seconds >= timings->back().first_token_seconds);
}

TEST_CASE("what does not fit the executor is refused before anything runs") {
  counting_executor executor(small_info());
  const auto refused = [&](const step_plan& plan) {
    const auto timings = time_steps(executor, plan, nullptr, unheard);
    REQUIRE_FALSE(timings.has_value());
    CHECK(executor.prefilled == 0);
    return timings.error();
  };
  CHECK(refused({{1, 5}, {8}, 5, 1, 16, 1}).message == "a batch of 5 does not fit 4 slots");
  CHECK(refused({{1}, {95}, 5, 1, 16, 1}).param == "input-len");
  CHECK(refused({{4}, {94}, 5, 1, 16, 1}).message ==
        "4 sequences of 100 tokens need 8 pages, there are 7");
}

TEST_CASE("the median of an even number of values lies between the middle ones") {
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 3, 2}) == 2.5);
}

TEST_CASE("a layer's different experts are counted once a step, its tokens each") {
  model::expert_hits hits(4);
  CHECK(hits.distinct_per_layer() == 0);
  const std::int32_t first[] = {2, 2, 0, 0};
  const std::int32_t unmet[] = {0, 0, 0, 0};
  const std::int32_t second[] = {0, 2, 1, 1};
  hits.add_layer(first);
  hits.add_layer(unmet);
  hits.add_layer(second);
  CHECK(hits.distinct_per_layer() == 2.5);
  CHECK(hits.hits() == std::vector<std::int64_t>{2, 4, 1, 1});
  hits.clear();
  CHECK(hits.distinct_per_layer() == 0);
  CHECK(hits.hits() == std::vector<std::int64_t>{0, 0, 0, 0});
}

} // namespace hadal::bench
