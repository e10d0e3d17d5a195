#pragma once
// What one rendering has used up, and the first thing that went wrong in it. Every function of the
// interpreter takes it: a failure sticks, values made after it do not matter, and loops end because
// spend() answers false. So nothing has to be passed up by hand, and no exception is needed.

#include "base/error.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hadal::model::templates {

/// The most that one rendering may use; the defaults are those of base/limits.hpp.
struct run_limits {
  std::size_t steps;
  std::size_t text_bytes; // of one string, the output included
  std::size_t depth;      // evaluations inside one another
  run_limits();
};

class run_state {
public:
  explicit run_state(const run_limits& limits) : limits_(limits) {}

  bool failed() const noexcept { return failure_.has_value(); }

  /// Keeps the message, with the line, unless there is one already.
  void fail(std::string message);

  /// Counts work; false when it is too much, or something failed before.
  bool spend(std::size_t steps = 1);

  /// Counts the making of a string of `bytes` bytes: a step for every 16 of them.
  bool spend_text(std::size_t bytes);

  /// False, with a failure, when a string of `bytes` bytes may not be.
  bool allow_text(std::size_t bytes);

  /// The line of the template that runs now, for messages.
  void at_line(std::size_t line) noexcept { line_ = line; }
  std::size_t line() const noexcept { return line_; }

  /// One evaluation inside another; false when there are too many.
  bool enter();
  void leave() noexcept { --depth_; }

  const std::string& failure() const noexcept { return *failure_; }
  std::size_t failure_line() const noexcept { return failure_line_; }

private:
  run_limits limits_;
  std::size_t steps_ = 0;
  std::size_t depth_ = 0;
  std::size_t line_ = 1;
  std::size_t failure_line_ = 0;
  std::optional<std::string> failure_;
};

} // namespace hadal::model::templates
