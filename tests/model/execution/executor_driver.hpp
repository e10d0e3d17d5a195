#pragma once
// A scheduler in miniature: runs requests through an executor with a given chunk size, hands out
// pages and slots, preempts when told to.

#include "base/limits.hpp"
#include "model/execution/sample_and_wait.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <vector>

namespace hadal::model::testing {

struct driven_request {
  std::vector<token_id> prompt;
  std::size_t output_tokens = 0;
  sampling_params params;
  std::uint64_t seed = 0;
  std::int32_t scored_from = 0; // prompt tokens from here on are scored; 0: none
  std::int32_t scored_top = 0;
};

class executor_driver {
public:
  executor_driver(step_executor& executor, std::int32_t chunk)
    : executor_(executor), chunk_(chunk) {
    for (std::int32_t p = executor.info().page_count; p-- > 0;)
      free_pages_.push_back(page_id{static_cast<std::uint32_t>(p)});
    for (std::uint32_t s = executor.info().slot_count; s-- > 0;)
      free_slots_.push_back(s);
  }

  /// Every `preempt_every`-th step (0: never) the youngest running request loses its pages.
  std::vector<std::vector<token_id>> run(const std::vector<driven_request>& requests,
                                         std::size_t preempt_every = 0) {
    states_.clear();
    for (const driven_request& request : requests)
      states_.push_back({&request, {}, 0, false, 0, {}, 0, false, request.scored_from, {}});
    for (std::size_t step = 1; !all_done(); ++step) {
      if (preempt_every != 0 && step % preempt_every == 0)
        preempt();
      run_step();
    }
    std::vector<std::vector<token_id>> outputs;
    for (const state& s : states_)
      outputs.push_back(s.output);
    return outputs;
  }

  /// Of the requests of the last run: what each one's prompt was scored with.
  std::vector<std::vector<scored_token>> scores() const {
    std::vector<std::vector<scored_token>> all;
    for (const state& s : states_)
      all.push_back(s.scores);
    return all;
  }

private:
  struct state {
    const driven_request* request;
    std::vector<token_id> output;
    std::int32_t cached = 0;
    bool running = false;
    std::uint32_t slot = 0;
    std::vector<page_id> pages;
    std::size_t pages_told = 0; // of those, the first ones that the executor knows
    bool open = false;
    std::int32_t scored = 0; // prompt tokens before this position are scored, or need not be
    std::vector<scored_token> scores;
    bool done() const { return output.size() == request->output_tokens; }
    std::int32_t length() const {
      return static_cast<std::int32_t>(request->prompt.size() + output.size());
    }
    token_id token(std::int32_t i) const {
      const auto index = static_cast<std::size_t>(i);
      return index < request->prompt.size() ? request->prompt[index]
                                            : output[index - request->prompt.size()];
    }
  };

  bool all_done() const {
    return std::all_of(states_.begin(), states_.end(), [](const state& s) { return s.done(); });
  }

  void release(state& s) {
    free_pages_.insert(free_pages_.end(), s.pages.begin(), s.pages.end());
    s.pages.clear();
    s.pages_told = 0;
    free_slots_.push_back(s.slot);
    s.running = false;
    s.open = false;
    s.cached = 0;
  }

  void preempt() {
    for (std::size_t i = states_.size(); i-- > 0;) {
      if (states_[i].running && !states_[i].done())
        return release(states_[i]);
    }
  }

  bool reserve(state& s, std::int32_t tokens) {
    while (static_cast<std::int32_t>(s.pages.size()) * limits::page_size_tokens < tokens) {
      if (free_pages_.empty())
        return false;
      s.pages.push_back(free_pages_.back());
      free_pages_.pop_back();
    }
    return true;
  }

  void run_step() {
    forward_batch batch;
    sample_batch samples;
    batch.id = samples.id = step_id{++steps_};
    std::int32_t budget = executor_.info().max_step_tokens;
    std::vector<state*> sampled;
    std::vector<state*> scored;
    for (state& s : states_) {
      if (s.done() || budget == 0)
        continue;
      if (!s.running) {
        if (free_slots_.empty())
          continue;
        s.slot = free_slots_.back();
        free_slots_.pop_back();
        s.running = true;
      }
      const std::int32_t extend = std::min({chunk_, budget, s.length() - s.cached});
      REQUIRE(reserve(s, s.cached + extend));
      budget -= extend;
      sequence_extend e;
      e.slot = s.slot;
      e.cached_len = s.cached;
      e.extend_len = extend;
      e.token_begin = static_cast<std::uint32_t>(batch.token_ids.size());
      for (; s.pages_told < s.pages.size(); ++s.pages_told)
        batch.grants.push_back(
            {s.slot, static_cast<std::uint32_t>(s.pages_told), s.pages[s.pages_told]});
      e.logit_rows = s.cached + extend == s.length() ? 1 : 0;
      e.given_len = s.open && extend == 1 && e.logit_rows == 1 ? 0 : extend;
      for (std::int32_t i = 0; i < e.given_len; ++i)
        batch.token_ids.push_back(s.token(s.cached + i));
      const auto prompt_len = static_cast<std::int32_t>(s.request->prompt.size());
      const std::int32_t scored_end = std::min(prompt_len, s.cached + extend + 1);
      if (s.scored > 0 && s.scored < scored_end) {
        e.scored_begin = s.scored;
        e.scored_end = scored_end;
        e.scored_top = s.request->scored_top;
        if (scored_end > s.cached + extend)
          e.next_token = s.token(s.cached + extend);
        s.scored = scored_end;
        scored.push_back(&s);
      }
      batch.sequences.push_back(e);
      s.cached += extend;
      if (e.logit_rows == 1) {
        sequence_sample sample;
        sample.slot = s.slot;
        sample.first_row = static_cast<std::uint32_t>(samples.sequences.size());
        sample.output_index = static_cast<std::int32_t>(s.output.size());
        if (!s.open) {
          auto opened = std::make_shared<slot_state>();
          opened->params = s.request->params;
          opened->seed = s.request->seed;
          opened->prompt_ids = std::make_shared<const std::vector<token_id>>(s.request->prompt);
          opened->output_ids = s.output;
          sample.open = opened;
          s.open = true;
        }
        samples.sequences.push_back(sample);
        sampled.push_back(&s);
      }
    }
    REQUIRE_FALSE(batch.sequences.empty());
    auto forwarded = executor_.forward(batch);
    REQUIRE(forwarded.has_value());
    auto result = sample_and_wait(executor_, samples);
    REQUIRE(result.has_value());
    REQUIRE(result->runs.size() == sampled.size());
    REQUIRE(result->tokens.size() == sampled.size());
    REQUIRE(result->scores.size() == scored.size());
    for (std::size_t i = 0; i < scored.size(); ++i) {
      prompt_scores& part = result->scores[i];
      REQUIRE((part.slot == scored[i]->slot && !part.nonfinite));
      scored[i]->scores.insert(scored[i]->scores.end(), part.tokens.begin(), part.tokens.end());
    }
    for (std::size_t i = 0; i < sampled.size(); ++i) {
      REQUIRE(result->runs[i].slot == sampled[i]->slot);
      REQUIRE((result->runs[i].token_begin == i && result->runs[i].token_count == 1));
      REQUIRE_FALSE(result->tokens[i].nonfinite);
      sampled[i]->output.push_back(result->tokens[i].id);
      if (sampled[i]->done())
        release(*sampled[i]);
    }
  }

  step_executor& executor_;
  std::int32_t chunk_;
  std::uint64_t steps_ = 0;
  std::vector<page_id> free_pages_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<state> states_;
};

} // namespace hadal::model::testing
