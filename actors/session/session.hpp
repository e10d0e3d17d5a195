#pragma once
// One request's life (actors/protocol/session.hpp): encode the prompts, check them against the
// context, submit the choices, wait for the end. Tokens do not pass through it.

#include "actors/protocol/gateway.hpp"
#include "actors/protocol/service.hpp"
#include "actors/protocol/session.hpp"
#include "actors/protocol/supervisor.hpp"
#include "actors/runtime/actor_base.hpp"
#include "actors/session/answer_forms.hpp"
#include "actors/session/generation_plan.hpp"
#include "actors/session/tool_constraint.hpp"
#include "net/native/generate_request.hpp"
#include "net/openai/chat_request.hpp"
#include "net/openai/completion_request.hpp"
#include "net/openai/tokenize_request.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace hadal::actors {

using request_body = std::variant<net::chat_request, net::completion_request, net::generate_request,
                                  net::tokenize_request, net::detokenize_request>;

struct session_start {
  net::exchange_id exchange{};
  request_id request{};
  request_body body;
  std::shared_ptr<const protocol::service_parts> parts;
  protocol::gateway_actor gateway;
  protocol::supervisor_actor supervisor;
  bool allow_auto_truncate = false;
};

class session final : public runtime::actor_base<protocol::session_actor> {
public:
  session(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
          std::shared_ptr<session_start> start);

  const char* name() const override { return "session"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct prompt_state {
    std::shared_ptr<const protocol::prompt_source> source;
    std::shared_ptr<const std::vector<token_id>> ids;
    std::string text;
    std::uint32_t added_tokens = 0;
    model::prompt_reasoning reasoning = model::prompt_reasoning::unmarked;
  };
  /// How one prompt is continued.
  struct prompt_wish {
    const net::generation_fields* fields;
    logprobs_wish logprobs;
  };

  void begin();
  void give_up();
  void add_forms(const net::chat_request& chat, std::optional<tool_constraint> calls);

  void encode_all(bool want_text);
  void encode(std::size_t index, const protocol::tokenizer_actor& tokenizer, bool first_try);
  void on_encoded(std::size_t index, const protocol::encoded_prompt& answer);
  void on_all_encoded();
  result<void> check_prompts() const;
  void decode(std::size_t index);
  void on_decoded(std::size_t index, const protocol::decoded_text& answer);

  std::vector<prompt_wish> wishes_of_body() const; // one per prompt; none: no generation request
  void submit(const std::vector<prompt_wish>& wishes);
  /// Has the request's next constraint compiled, then submits again.
  void compile(std::shared_ptr<const model::constraint_source> source);
  result<model::output_constraint_ptr>
  make_constraint(std::size_t prompt, const model::sampling_params& sampling) const;
  result<std::vector<length_plan>> plan_lengths(const std::vector<prompt_wish>& wishes);
  protocol::output_spec output_of(const prompt_wish& wish, std::int32_t min_tokens) const;
  result<std::shared_ptr<const std::vector<protocol::sequence_spec>>>
  make_sequences(const std::vector<prompt_wish>& wishes, const std::vector<length_plan>& lengths);
  void prepare(const std::vector<length_plan>& lengths);
  void send_tokenized(const net::tokenize_request& request);

  void forget_request();
  void fail_request(error failure);
  void end();

  const protocol::tokenizer_actor& some_tokenizer();

  std::shared_ptr<session_start> start_;
  std::vector<prompt_state> prompts_;
  std::vector<std::string> texts_; // of /detokenize
  std::size_t answers_due_ = 0;
  bool submitted_ = false;
  answer_forms forms_;
  std::string begin_of_calls_;                   // that may replace a constrained text
  std::shared_ptr<std::atomic<bool>> cancelled_; // tells the compiler to stop
};

} // namespace hadal::actors
