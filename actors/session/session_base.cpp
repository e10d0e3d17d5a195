#include "actors/session/session_base.hpp"

#include <fmt/core.h>
#include <utility>

namespace hadal::actors {

using namespace protocol;

session_base::session_base(caf::actor_config& cfg, runtime::environment& env,
                           caf::execution_unit* pinned, session_links links)
  : actor_base(cfg, env, pinned), links_(std::move(links)) {}

session_base::behavior_type session_base::make_behavior() {
  return {[this](const begin_request&) {
            watch(engine().scheduler, [this](const caf::error&) {
              fail_request({error_code::model_failed, "the scheduler died", {}});
            });
            begin();
          },
          [this](const client_gone&) {
            withdraw();
            end();
          },
          [this](const answer_complete&) { end(); }};
}

void session_base::on_exit() {
  actor_base::on_exit();
  links_ = {};
}

const engine_part& session_base::engine() const {
  const auto& all = links_.parts->engines;
  return all[raw(links_.request) % all.size()];
}

const tokenizer_actor& session_base::some_tokenizer() const {
  const auto& all = links_.parts->tokenizers;
  return all[raw(links_.request) % all.size()];
}

void session_base::encode(std::shared_ptr<const prompt_source> source, bool want_text,
                          std::function<void(const encoded_prompt&)> then) {
  encode_at(some_tokenizer(), {std::move(source), want_text}, std::move(then), true);
}

void session_base::encode_at(const tokenizer_actor& tokenizer, const encode_prompt& m,
                             std::function<void(const encoded_prompt&)> then, bool first_try) {
  ask<encoded_prompt>(
      tokenizer, m, ask_deadline,
      [this, then](const encoded_prompt& answer) {
        if (answer.failure)
          return fail_request(*answer.failure);
        then(answer);
      },
      [this, m, then, first_try](const caf::error& reason) {
        if (!first_try || reason == caf::sec::request_timeout)
          return fail_request(peer_failure("tokenizer"));
        ask<replacement_tokenizer>(
            links_.supervisor, replace_tokenizer{}, ask_deadline,
            [this, m, then](const replacement_tokenizer& other) {
              encode_at(other.tokenizer, m, then, false);
            },
            [this](const caf::error&) { fail_request(peer_failure("supervisor")); });
      });
}

error session_base::peer_failure(const char* peer) {
  return {error_code::model_failed, fmt::format("the {} did not answer", peer), {}};
}

void session_base::fail_request(error failure) {
  withdraw();
  tell(links_.gateway, request_failed{links_.exchange, std::move(failure)});
  end();
}

void session_base::end() {
  this->quit();
}

} // namespace hadal::actors
