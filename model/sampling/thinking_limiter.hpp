#pragma once
// Ends reasoning that has used its budget, by forcing the next token. What it knows of a sequence
// is a function of its tokens: reset with prompt and output, it goes on as if it had seen them
// come.
//
// Reasoning is open after the last `<think>` of the prompt that no `</think>` follows, or after one
// that the model writes itself. The budget counts the tokens after that `<think>`, those of the
// prompt included. Once it is used up `</think>` is forced, after a newline where `<think>` is
// itself followed by one and the last token sampled is none. Reasoning that has been closed in the
// output stays closed.

#include "base/ids.hpp"
#include "model/sampling/sampling_params.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace hadal::model {

class thinking_limiter {
public:
  /// Starts over. Without a budget nothing is ever forced.
  void reset(const std::optional<thinking_budget>& budget, std::span<const token_id> prompt,
             std::span<const token_id> output);

  /// Takes the next token of the output.
  void append(token_id id);

  /// The token that must come next, if there is one.
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

} // namespace hadal::model
