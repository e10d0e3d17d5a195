#pragma once
// The whole answer of one request, built from the same deltas as a stream, so that both are
// equal. Choices are numbered from 0; for completions the choice of prompt p and sample k is p *
// n + k.

#include "net/openai/answer.hpp"
#include "net/openai/answer_json.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

class chat_answer_builder {
public:
  chat_answer_builder(answer_identity identity, const answer_options& options,
                      std::int32_t choices);

  void add_delta(std::int32_t choice, const chat_delta& delta);
  void finish(std::int32_t choice, choice_end end);

  /// True once every choice has finished.
  bool complete() const noexcept;

  /// The body. `prompt_token_ids` is written with return_token_ids. Call once, when complete.
  std::string body(const token_usage& usage, std::span<const token_id> prompt_token_ids = {}) const;

private:
  struct call {
    std::string id;
    std::string name;
    std::string arguments;
  };
  struct choice_state {
    std::string content;
    std::string reasoning;
    bool has_reasoning = false;
    std::vector<call> calls;
    std::string logprobs_json; // entries of logprobs.content
    std::vector<token_id> token_ids;
    bool finished = false;
    choice_end end;
  };

  void append_message(std::string& out, const choice_state& c) const;

  answer_identity identity_;
  answer_options options_;
  std::vector<choice_state> choices_;
  std::int32_t finished_ = 0;
};

class completion_answer_builder {
public:
  completion_answer_builder(answer_identity identity, const answer_options& options,
                            std::int32_t choices);

  void add_delta(std::int32_t choice, const completion_delta& delta);
  void set_prompt_token_ids(std::int32_t choice, std::span<const token_id> ids);
  void finish(std::int32_t choice, choice_end end);

  /// True once every choice has finished.
  bool complete() const noexcept;

  /// The body. Call once, when complete.
  std::string body(const token_usage& usage) const;

private:
  struct choice_state {
    std::string text;
    completion_logprobs_json logprobs;
    std::vector<token_id> token_ids;
    std::vector<token_id> prompt_token_ids;
    bool finished = false;
    choice_end end;
  };

  answer_identity identity_;
  answer_options options_;
  std::vector<choice_state> choices_;
  std::int32_t finished_ = 0;
};

} // namespace hadal::net
