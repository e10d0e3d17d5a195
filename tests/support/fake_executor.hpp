#pragma once
// An executor without a model: the token it samples is a function of the whole sequence so far (and
// the slot's seed), so that a lost or doubled token, or one of another sequence, changes all tokens
// after it. It asserts the contract of a step: tokens that follow those it has, and pages that are
// granted exactly when needed and belong to one sequence of a step.

#include "model/execution/step_executor.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace hadal::tests {

class fake_executor final : public model::step_executor {
public:
  explicit fake_executor(model::executor_info info);

  const model::executor_info& info() const noexcept override { return info_; }
  result<void> forward(const model::forward_batch& batch) override;
  void sample(const model::sample_batch& batch, model::sampled_callback done) override;

  /// A small model: 512 ids, contexts of 512 tokens, 64 pages, 16 slots.
  static model::executor_info small_info();

  /// What a request gets: tokens after `prompt`, ids in [first, first + count).
  static token_id next(const std::vector<token_id>& tokens, token_id first, token_id count);

  /// The score of a prompt token: minus a function of the tokens before it.
  static float logprob(const std::vector<token_id>& before) {
    return -static_cast<float>(next(before, 0, 64));
  }

  token_id first_id = 32; // sampled ids are in [first_id, first_id + id_count)
  token_id id_count = 64;

private:
  struct slot_tokens {
    std::vector<token_id> tokens;
    token_id last = 0;
  };

  model::executor_info info_;
  void check_pages(const model::forward_batch& batch);
  token_id allowed(const kernels::token_mask& mask, token_id id) const;

  std::map<std::uint32_t, slot_tokens> slots_;
  model::page_tables tables_;
  std::vector<std::uint32_t> rows_;
  std::vector<model::prompt_scores> scores_;
};

} // namespace hadal::tests
