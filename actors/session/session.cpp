#include "actors/session/session.hpp"

#include <utility>

namespace hadal::actors {

using namespace protocol;

session::session(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
                 std::shared_ptr<session_start> start)
  : session_base(cfg, env, pinned, std::move(start->links)),
    generation_(std::move(start->generation)), allow_auto_truncate_(start->allow_auto_truncate) {}

// -- prompts ---------------------------------------------------------------------------

void session::begin() {
  const auto count = generation_.prompts.size();
  prompts_.resize(count);
  prompts_due_ = count;
  for (std::size_t i = 0; i < count; ++i)
    encode_prompt(i);
}

void session::encode_prompt(std::size_t index) {
  const auto& source = generation_.prompts[index].source;
  const bool want_text = generation_.wants_prompt_text;
  // Ids are used unchanged: no tokenizer is needed, and there may be none.
  if (const auto* given = std::get_if<id_prompt>(source.get()); given && !want_text) {
    encoded_prompt prompt;
    prompt.ids = std::make_shared<const std::vector<token_id>>(given->ids);
    return take(index, prompt);
  }
  encode(source, want_text, [this, index](const encoded_prompt& prompt) { take(index, prompt); });
}

void session::take(std::size_t index, const encoded_prompt& prompt) {
  prompts_[index] = prompt;
  if (--prompts_due_ > 0)
    return;
  if (auto good = check_prompts(generation_, prompts_, engine().executor.vocab_size); !good)
    return fail_request(good.error());
  compile_and_submit();
}

// -- constraints -----------------------------------------------------------------------

void session::compile_and_submit() {
  if (auto source = generation_.constraints.next(); source && engine().executor.takes_masks)
    return compile(std::move(source));
  submit();
}

void session::compile(std::shared_ptr<const model::constraint_source> source) {
  cancelled_ = std::make_shared<std::atomic<bool>>(false);
  ask<grammar_answer>(
      links().parts->compiler, compile_grammar{std::move(source), cancelled_}, ask_deadline,
      [this](const grammar_answer& answer) {
        auto& constraints = generation_.constraints;
        if (answer.failure && !constraints.loosen())
          return fail_request(*answer.failure);
        if (!answer.failure)
          constraints.compiled(answer.grammar);
        compile_and_submit();
      },
      [this](const caf::error&) { fail_request(peer_failure("grammar's compiler")); });
}

// -- sequences -------------------------------------------------------------------------

void session::submit() {
  const auto& parts = *links().parts;
  auto lengths =
      plan_lengths(generation_, prompts_, engine().executor.context_length, allow_auto_truncate_);
  if (!lengths)
    return fail_request(lengths.error());
  const answer_path path{links().exchange, links().gateway, engine().scheduler, parts.parsers};
  auto specs =
      make_sequences(generation_, prompts_, *lengths, parts.facts, engine().executor, path, env());
  if (!specs)
    return fail_request(specs.error());
  tell(links().gateway, prepared_of(path, prompts_, *lengths));
  submitted_ = true;
  ask<admission>(
      engine().scheduler, submit_sequences{links().request, std::move(*specs)}, ask_deadline,
      [this](const admission& answer) {
        if (answer.refusal)
          fail_request(*answer.refusal);
      },
      [this](const caf::error&) { fail_request(peer_failure("scheduler")); });
  forget_request();
}

void session::forget_request() {
  generation_ = {};
  prompts_ = {};
}

void session::withdraw() {
  if (submitted_)
    tell_urgently(engine().scheduler, cancel_request{links().request});
  if (cancelled_)
    cancelled_->store(true, std::memory_order_relaxed);
}

} // namespace hadal::actors
