#include "bench/step/step_bench.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "model/execution/sample_and_wait.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace hadal::bench {

namespace {

using clock = std::chrono::steady_clock;

double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

std::int32_t pages_for(std::int32_t tokens) {
  constexpr auto page = static_cast<std::int32_t>(limits::page_size_tokens);
  return (tokens + page - 1) / page;
}

/// One repeat: `batch` sequences in slots and pages of their own.
class repeat {
public:
  repeat(model::step_executor& executor, const step_plan& plan, std::int32_t batch,
         std::int32_t input_len, std::uint64_t seed)
    : executor_(executor), plan_(plan), batch_(batch), input_len_(input_len),
      pages_each_(pages_for(input_len + plan.output_len + 1)), random_(seed) {}

  result<void> run(step_timing& timing, std::vector<double>& steps, model::expert_hits* hits) {
    const auto begin = clock::now();
    for (std::int32_t s = 0; s < batch_; ++s) {
      HADAL_TRY(prefill(s));
      if (s == 0)
        timing.first_token_seconds = seconds_since(begin);
    }
    timing.prefill_seconds = seconds_since(begin);
    if (hits != nullptr)
      hits->clear();
    const auto decode_begin = clock::now();
    for (std::int32_t i = 0; i < plan_.output_len; ++i) {
      const auto step_begin = clock::now();
      HADAL_TRY(decode(i));
      steps.push_back(seconds_since(step_begin));
    }
    timing.decode_seconds = seconds_since(decode_begin);
    return {};
  }

private:
  /// Grants the pages that this extend is the first to need.
  void add_pages(model::forward_batch& batch, const model::sequence_extend& extend,
                 std::int32_t s) const {
    const std::int32_t end = pages_for(extend.cached_len + extend.extend_len);
    for (std::int32_t p = pages_for(extend.cached_len); p < end; ++p)
      batch.grants.push_back({extend.slot, static_cast<std::uint32_t>(p),
                              page_id{static_cast<std::uint32_t>(s * pages_each_ + p)}});
  }

  result<void> prefill(std::int32_t s) {
    std::uniform_int_distribution<token_id> any(0, executor_.info().vocab_size - 1);
    for (std::int32_t done = 0; done < input_len_;) {
      model::forward_batch batch;
      batch.id = next_step();
      model::sequence_extend extend;
      extend.slot = static_cast<std::uint32_t>(s);
      extend.cached_len = done;
      extend.extend_len = std::min(plan_.chunk_tokens, input_len_ - done);
      for (std::int32_t i = 0; i < extend.extend_len; ++i)
        batch.token_ids.push_back(any(random_));
      extend.given_len = extend.extend_len;
      done += extend.extend_len;
      extend.logit_rows = done == input_len_ ? 1 : 0;
      add_pages(batch, extend, s);
      batch.sequences.push_back(extend);
      HADAL_TRY(executor_.forward(batch));
      if (extend.logit_rows == 0)
        continue;
      model::sample_batch sample{batch.id, {}};
      sample.sequences.push_back({extend.slot, 0, 0, greedy(s), {}});
      HADAL_TRY(sample_all(sample));
    }
    return {};
  }

  result<void> decode(std::int32_t index) {
    model::forward_batch batch;
    batch.id = next_step();
    model::sample_batch sample{batch.id, {}};
    for (std::int32_t s = 0; s < batch_; ++s) {
      model::sequence_extend extend;
      extend.slot = static_cast<std::uint32_t>(s);
      extend.cached_len = input_len_ + index;
      extend.extend_len = 1;
      extend.logit_rows = 1;
      add_pages(batch, extend, s);
      batch.sequences.push_back(extend);
      sample.sequences.push_back(
          {extend.slot, static_cast<std::uint32_t>(s), index + 1, nullptr, {}});
    }
    HADAL_TRY(executor_.forward(batch));
    return sample_all(sample);
  }

  result<void> sample_all(const model::sample_batch& sample) {
    HADAL_TRY_ASSIGN(sampled, model::sample_and_wait(executor_, sample));
    HADAL_ASSERT(sampled.tokens.size() == sample.sequences.size());
    for (const auto& token : sampled.tokens)
      if (token.nonfinite)
        return fail(error_code::internal, "the logits hold NaN or infinity");
    return {};
  }

  model::slot_state_ptr greedy(std::int32_t s) {
    model::slot_state state;
    state.params.temperature = 0.0f;
    state.seed = static_cast<std::uint64_t>(s);
    return std::make_shared<const model::slot_state>(std::move(state));
  }

  step_id next_step() { return step_id{++steps_}; }

  model::step_executor& executor_;
  const step_plan& plan_;
  std::int32_t batch_;
  std::int32_t input_len_;
  std::int32_t pages_each_;
  std::mt19937_64 random_;
  std::uint64_t steps_ = 0;
};

result<void> check_fits(const model::executor_info& info, const step_plan& plan, std::int32_t batch,
                        std::int32_t input_len) {
  const std::int32_t tokens = input_len + plan.output_len + 1;
  if (batch < 1 || static_cast<std::uint32_t>(batch) > info.slot_count)
    return fail(error_code::invalid_request,
                fmt::format("a batch of {} does not fit {} slots", batch, info.slot_count),
                "batch");
  if (input_len < 1 || tokens > info.context_length)
    return fail(error_code::invalid_request,
                fmt::format("{} tokens of input and {} of output do not fit a context of {}",
                            input_len, plan.output_len, info.context_length),
                "input-len");
  if (std::int64_t{batch} * pages_for(tokens) > info.page_count)
    return fail(error_code::invalid_request,
                fmt::format("{} sequences of {} tokens need {} pages, there are {}", batch, tokens,
                            std::int64_t{batch} * pages_for(tokens), info.page_count),
                "batch");
  return {};
}

} // namespace

double median(std::vector<double> values) {
  HADAL_ASSERT(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

result<std::vector<step_timing>>
time_steps(model::step_executor& executor, const step_plan& plan, model::expert_hits* hits,
           const std::function<void(const std::string&)>& on_progress) {
  std::vector<step_timing> timings;
  for (const std::int32_t input_len : plan.input_lens)
    for (const std::int32_t batch : plan.batches)
      HADAL_TRY(check_fits(executor.info(), plan, batch, input_len));
  std::uint64_t seed = plan.seed;
  for (const std::int32_t input_len : plan.input_lens)
    for (const std::int32_t batch : plan.batches) {
      on_progress(fmt::format("batch {}, input {}: {} repeats", batch, input_len, plan.repeats));
      step_timing total;
      total.batch = batch;
      total.input_len = input_len;
      total.output_len = plan.output_len;
      std::vector<double> prefill, first, steps, decode, distinct;
      for (std::int32_t r = 0; r < plan.repeats; ++r) {
        step_timing once;
        HADAL_TRY(repeat(executor, plan, batch, input_len, ++seed).run(once, steps, hits));
        prefill.push_back(once.prefill_seconds);
        first.push_back(once.first_token_seconds);
        decode.push_back(once.decode_seconds);
        if (hits == nullptr)
          continue;
        distinct.push_back(hits->distinct_per_layer());
        total.expert_hits.resize(hits->hits().size());
        for (std::size_t e = 0; e < total.expert_hits.size(); ++e)
          total.expert_hits[e] += hits->hits()[e];
      }
      total.prefill_seconds = median(prefill);
      total.first_token_seconds = median(first);
      total.step_seconds = median(steps);
      total.best_step_seconds = *std::min_element(steps.begin(), steps.end());
      total.best_prefill_seconds = *std::min_element(prefill.begin(), prefill.end());
      total.decode_seconds = median(decode);
      total.distinct_experts = distinct.empty() ? 0.0 : median(distinct);
      timings.push_back(std::move(total));
    }
  return timings;
}

} // namespace hadal::bench
