#pragma once
// The answer of POST /generate, whole or streamed, from the same deltas: `{"text", "output_ids",
// "meta_info"}`, an array of those for a batch or for `n` over 1. A streamed event repeats a
// choice's whole answer so far, so a client needs only the last one; events of an array carry
// `index`. Log probabilities are `[logprob, token id, text or null]`, one for every token, end
// tokens too.

#include "net/openai/answer.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

/// The properties of a choice that are known before it starts.
struct generate_choice {
  std::string id; // of meta_info
  bool logprobs = false;
  bool top_logprobs = false;
};

struct generate_form {
  std::vector<generate_choice> choices; // prompt by prompt, n of each
  bool is_list = false;
  bool text_in_logprobs = false;
};

/// The part of a choice that one step adds.
struct generate_delta {
  std::string_view text{};
  std::span<const token_id> token_ids{};
  std::span<const token_logprob> logprobs{};
  std::span<const token_logprob> prompt_logprobs{}; // with a choice's first delta
};

class generate_answer {
public:
  explicit generate_answer(generate_form form);

  /// Called before the choice's first delta.
  void set_prompt_tokens(std::int32_t choice, std::int64_t tokens);
  void add_delta(std::int32_t choice, const generate_delta& delta);
  /// `seconds` since the request arrived.
  void finish(std::int32_t choice, choice_end end, double seconds);

  /// Appends the choice's state as one event.
  void append_event(std::string& out, std::int32_t choice) const;

  /// The whole answer, once every choice has finished.
  std::string body() const;

private:
  /// The items between the brackets of one list of tokens.
  struct logprob_lists {
    std::string tokens;
    std::string top;
    std::int64_t count = 0;
  };
  struct choice_state {
    std::string text;
    std::string output_ids;
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
    logprob_lists input;
    logprob_lists output;
    std::optional<choice_end> end;
    double seconds = 0;
  };

  void append_lists(logprob_lists& lists, std::span<const token_logprob> tokens) const;
  void append_choice(std::string& out, std::size_t choice, bool with_index) const;
  void append_meta_info(std::string& out, std::size_t choice) const;
  choice_state& at(std::int32_t choice);

  generate_form form_;
  std::vector<choice_state> choices_;
};

} // namespace hadal::net
