#include "actors/session/text_session.hpp"

#include "actors/session/prompt_sources.hpp"
#include "net/openai/small_answers.hpp"

#include <utility>

namespace hadal::actors {

using namespace protocol;

text_session::text_session(caf::actor_config& cfg, runtime::environment& env,
                           caf::execution_unit* pinned, std::shared_ptr<text_session_start> start)
  : session_base(cfg, env, pinned, std::move(start->links)), start_(std::move(start)) {}

void text_session::begin() {
  std::visit([this](const auto& request) { begin(request); }, start_->body);
}

void text_session::begin(const net::tokenize_request& request) {
  auto sources = prompt_sources_of(request, defaults_of(links().parts->facts));
  lists_.resize(sources.size());
  answers_due_ = sources.size();
  for (std::size_t i = 0; i < sources.size(); ++i)
    encode(std::make_shared<const prompt_source>(std::move(sources[i])), false,
           [this, &request, i](const encoded_prompt& prompt) {
             lists_[i] = *prompt.ids;
             if (--answers_due_ == 0)
               answer(net::tokenize_response(lists_, request.prompt_is_array,
                                             engine().executor.context_length));
           });
}

void text_session::begin(const net::detokenize_request& request) {
  texts_.resize(request.lists.size());
  answers_due_ = request.lists.size();
  for (std::size_t i = 0; i < request.lists.size(); ++i)
    ask<decoded_text>(
        some_tokenizer(),
        decode_tokens{std::make_shared<const std::vector<token_id>>(request.lists[i]),
                      request.skip_special_tokens},
        ask_deadline,
        [this, &request, i](const decoded_text& decoded) {
          if (decoded.failure)
            return fail_request(*decoded.failure);
          texts_[i] = decoded.text;
          if (--answers_due_ == 0)
            answer(net::detokenize_response(texts_, request.is_array_of_arrays));
        },
        [this](const caf::error&) { fail_request(peer_failure("tokenizer")); });
}

void text_session::answer(net::http_response response) {
  tell(links().gateway, whole_answer{links().exchange, std::move(response.body)});
  end();
}

} // namespace hadal::actors
