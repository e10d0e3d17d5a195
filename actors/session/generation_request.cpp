#include "actors/session/generation_request.hpp"

#include "actors/session/prompt_sources.hpp"
#include "actors/session/tool_constraint.hpp"

#include <fmt/core.h>
#include <utility>

namespace hadal::actors {

namespace {

tl::unexpected<error> needs_tokenizer(const char* field) {
  return fail(error_code::invalid_request,
              fmt::format("{} needs text, and the server runs without a tokenizer "
                          "(--skip-tokenizer-init)",
                          field),
              field);
}

result<void> check_stops(const net::generation_fields& fields, const protocol::model_facts& facts) {
  if (!fields.stop.empty() && !facts.has_tokenizer)
    return needs_tokenizer("stop");
  return {};
}

std::shared_ptr<const protocol::prompt_source> shared(protocol::prompt_source source) {
  return std::make_shared<const protocol::prompt_source>(std::move(source));
}

std::shared_ptr<const net::generation_fields> shared(net::generation_fields fields) {
  return std::make_shared<const net::generation_fields>(std::move(fields));
}

std::string numbered(const char* name, bool is_batch, std::size_t prompt) {
  return is_batch ? fmt::format("{}[{}]", name, prompt) : std::string(name);
}

} // namespace

chat_parsing chat_parsing_of(const net::chat_request& request) {
  return {request.choice, request.parallel_tool_calls, request.separate_reasoning,
          request.stream_reasoning};
}

result<generation_request> generation_request_of(net::chat_request request,
                                                 const protocol::model_facts& facts) {
  HADAL_TRY(check_stops(request.generation, facts));
  HADAL_TRY_ASSIGN(calls, tool_constraint_of(request, facts));
  generation_request made;
  made.chat = chat_parsing_of(request);
  if (calls && calls->begin_in_place.empty()) {
    made.constraints.add(std::move(calls->source), std::move(calls->looser));
  } else {
    made.constraints.add(request.generation.constraint);
    if (calls) {
      made.begin_of_calls = std::move(calls->begin_in_place);
      made.constraints.add_in_place(std::move(calls->source), std::move(calls->looser));
    }
  }
  const requested_logprobs logprobs{request.logprobs, request.top_logprobs, -1, false};
  made.prompts.push_back({"prompt", shared(prompt_source_of(request, defaults_of(facts))),
                          shared(std::move(request.generation)), logprobs});
  return made;
}

result<generation_request> generation_request_of(net::completion_request request,
                                                 const protocol::model_facts& facts) {
  HADAL_TRY(check_stops(request.generation, facts));
  if (request.echo && !facts.has_tokenizer)
    return needs_tokenizer("echo");
  generation_request made;
  made.wants_prompt_text = request.echo;
  const requested_logprobs logprobs{request.logprobs.has_value(), request.logprobs.value_or(0),
                                    request.echo && request.logprobs ? 0 : -1, false};
  auto sources = prompt_sources_of(request);
  const auto fields = shared(std::move(request.generation));
  const bool is_batch = request.prompt_is_array && sources.size() > 1;
  for (auto& source : sources) {
    made.constraints.add(fields->constraint);
    made.prompts.push_back({numbered("prompt", is_batch, made.prompts.size()),
                            shared(std::move(source)), fields, logprobs});
  }
  return made;
}

result<generation_request> generation_request_of(net::generate_request request,
                                                 const protocol::model_facts& facts) {
  generation_request made;
  made.seeds_prompts_alone = true;
  auto sources = prompt_sources_of(request);
  const char* name = request.text_is_ids ? "input_ids" : "text";
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto& prompt = request.prompts[i];
    HADAL_TRY(check_stops(prompt.generation, facts));
    made.constraints.add(prompt.generation.constraint);
    made.prompts.push_back({numbered(name, request.is_batch, i),
                            shared(std::move(sources[i])),
                            shared(std::move(prompt.generation)),
                            {prompt.return_logprob, prompt.top_logprobs_num,
                             prompt.logprob_start_len, prompt.return_logprob}});
  }
  return made;
}

} // namespace hadal::actors
