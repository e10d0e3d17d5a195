#pragma once
// Ends reasoning that has used up its budget by forcing the next token. Its state is a function of
// the tokens of the sequence: after `reset` with prompt and output it is the same as if each had
// been appended.
//
// Reasoning is open after the last `<think>` of the prompt without a `</think>` after it, or after
// a `<think>` that the model writes. The budget counts the tokens after that `<think>`, including
// those of the prompt. When it is used up `</think>` is forced, preceded by a newline if `<think>`
// is followed by one and the last token is none. Reasoning that the output has closed stays
// closed.

#include "base/ids.hpp"
#include "kernels/ops/sampling_params.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace hadal::kernels {

class thinking_limiter {
public:
  /// Starts over. Without a budget nothing is ever forced.
  void reset(const std::optional<thinking_budget>& budget, std::span<const token_id> prompt,
             std::span<const token_id> output);

  /// Takes the next token of the output.
  void append(token_id id);

  /// The token that must be sampled next, if any.
  std::optional<token_id> forced() const noexcept;

private:
  enum class phase : std::uint8_t {
    off,      // no budget
    waiting,  // not thinking
    thinking, // after `<think>`
    closed,   // for good
  };

  void open_thinking() noexcept;
  void count(token_id id) noexcept;

  thinking_budget budget_;
  phase phase_ = phase::off;
  std::int64_t used_ = 0;      // tokens after `<think>`
  bool newline_first_ = false; // `<think>` is followed by a newline
  bool last_output_newline_ = false;
};

} // namespace hadal::kernels
