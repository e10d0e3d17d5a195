#include "actors/gateway/answer_layout.hpp"

#include "base/random_id.hpp"

#include <fmt/core.h>

namespace hadal::actors {

namespace {

/// What chats and completions have in common.
void add_fields(const net::generation_fields& fields, const answer_origin& origin,
                answer_layout& layout) {
  auto& env = origin.env;
  layout.stream = fields.stream;
  layout.include_usage =
      fields.include_usage || (layout.stream && origin.config.include_usage_by_default);
  layout.continuous_usage_stats = layout.include_usage && fields.continuous_usage_stats;
  layout.choices_per_prompt = static_cast<std::uint32_t>(fields.n);
  layout.identity.id = random_id(layout.chat ? "chatcmpl-" : "cmpl-",
                                 {env.next_random(), env.next_random(), env.next_random()});
  layout.identity.created = origin.created_s;
  layout.identity.model = fields.model.empty() ? origin.config.served_names.front() : fields.model;
  layout.options.tokens_as_ids = fields.return_tokens_as_token_ids;
  layout.options.return_token_ids = fields.return_token_ids || !origin.parts.facts.has_tokenizer;
  layout.options.include_usage = layout.include_usage;
  layout.vocabulary = origin.parts.vocabulary;
}

} // namespace

answer_layout layout_of(const net::chat_request& request, const answer_origin& origin) {
  answer_layout layout;
  layout.options.logprobs = request.logprobs;
  layout.counts_reasoning = origin.parts.facts.reasoning_parser != model::reasoning_parser::none;
  layout.options.reasoning_active = layout.counts_reasoning;
  add_fields(request.generation, origin, layout);
  return layout;
}

answer_layout layout_of(const net::completion_request& request, const answer_origin& origin) {
  answer_layout layout;
  layout.chat = false;
  layout.echo = request.echo;
  layout.options.logprobs = request.logprobs.has_value();
  layout.prompts = static_cast<std::uint32_t>(request.prompts.size());
  add_fields(request.generation, origin, layout);
  return layout;
}

answer_layout layout_of(const net::generate_request& request, const answer_origin& origin) {
  auto& env = origin.env;
  answer_layout layout;
  layout.stream = request.stream;
  layout.vocabulary = origin.parts.vocabulary;
  layout.prompts = static_cast<std::uint32_t>(request.prompts.size());
  layout.choices_per_prompt = static_cast<std::uint32_t>(request.n());
  auto& native = layout.native.emplace();
  native.is_list = request.is_batch || request.n() > 1;
  native.text_in_logprobs = request.return_text_in_logprobs;
  for (const auto& prompt : request.prompts)
    for (std::int32_t i = 0; i < request.n(); ++i)
      native.choices.push_back(
          {prompt.rid.empty() ? fmt::format("{:016x}{:016x}", env.next_random(), env.next_random())
                              : prompt.rid,
           prompt.return_logprob, prompt.top_logprobs_num > 0});
  return layout;
}

} // namespace hadal::actors
