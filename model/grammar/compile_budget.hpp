#pragma once
// The budget of a compilation. Every loop of the grammar compilers whose length depends on the
// source spends steps (a step is about ten nanoseconds of work and at most some tens of bytes),
// which bounds time and memory of any source without a clock; `spend` also checks whether the
// request was cancelled. Errors of `spend`: invalid_request if the steps are used up, cancelled if
// `cancelled` was set.

#include "base/limits.hpp"
#include "base/result.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace hadal::model {

class compile_budget {
public:
  using cancel_flag = std::shared_ptr<const std::atomic<bool>>;

  explicit compile_budget(std::uint64_t steps = limits::grammar_compile_steps_max,
                          cancel_flag cancelled = nullptr)
    : steps_left_(steps), cancelled_(std::move(cancelled)) {}

  result<void> spend(std::uint64_t steps = 1) {
    if (cancelled_ && cancelled_->load(std::memory_order_relaxed))
      return fail(error_code::cancelled, "nobody waits for the grammar any more");
    if (steps > steps_left_) {
      steps_left_ = 0;
      return fail(error_code::invalid_request, "the grammar is too complex to be compiled");
    }
    steps_left_ -= steps;
    return {};
  }

private:
  std::uint64_t steps_left_;
  cancel_flag cancelled_;
};

} // namespace hadal::model
