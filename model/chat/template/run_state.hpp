#pragma once
// The resources that one rendering has used, and its first failure. Every function of the
// interpreter takes it. After a failure later values do not matter, and loops end because spend()
// returns false, so no function has to pass errors up and no exception is needed.

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

  /// Stores the message, with the line, unless there is one already.
  void fail(std::string message);

  /// Counts work; false if it is too much or there was a failure before.
  bool spend(std::size_t steps = 1);

  /// Counts a new string of `bytes` bytes: one step per 16 bytes.
  bool spend_text(std::size_t bytes);

  /// False, with a failure, if a string of `bytes` bytes is too long.
  bool allow_text(std::size_t bytes);

  /// Sets the current line of the template, for messages.
  void at_line(std::size_t line) noexcept { line_ = line; }
  std::size_t line() const noexcept { return line_; }

  /// Begins a nested evaluation; false if there are too many.
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
