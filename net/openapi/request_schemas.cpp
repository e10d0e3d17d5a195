#include "net/openapi/schemas.hpp"

#include "base/limits.hpp"
#include "net/openapi/schema.hpp"

#include <cstdint>

namespace hadal::net::openapi {

namespace {

constexpr std::int64_t tokens_most = (std::int64_t{1} << 53) - 1;

std::string token() {
  return integer(0, INT32_MAX);
}

std::string tokens() {
  return array_of(token());
}

std::string stop() {
  const auto one = text_up_to(1, limits::stop_string_bytes_max);
  return either({one, array_of(one, 0, limits::stop_strings_max)});
}

/// Fields with the same name in every endpoint that generates.
std::vector<field> sampling(double temperature_max) {
  return {
      {"temperature", number(0, temperature_max), "0 is greedy"},
      {"top_p", number(0, 1), "0 is the smallest positive: the likeliest token"},
      {"top_k", integer(-1, INT32_MAX), "-1 and 0: off"},
      {"min_p", number(0, 1)},
      {"frequency_penalty", number(-2, 2), "over completion tokens"},
      {"presence_penalty", number(-2, 2), "over completion tokens"},
      {"repetition_penalty", number(0, 2, true), "over prompt and completion tokens"},
      {"logit_bias", map_of(number(-100, 100)), "keys are token ids in decimal"},
      {"n", integer(1, limits::choices_max), "choices a prompt"},
      {"stop", stop(), "ends the text before it; special tokens are seen; up to 1024 bytes each"},
      {"stop_token_ids", array_of(token(), 0, limits::stop_token_ids_max)},
      {"ignore_eos", boolean()},
      {"no_stop_trim", boolean(), "the stop string stays in the text"},
      {"include_stop_str_in_output", boolean(), "the same"},
      {"skip_special_tokens", boolean()},
  };
}

std::vector<field> joined(std::vector<field> first, const std::vector<field>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Constraints of the answer; at most one may be given.
std::vector<field> forms() {
  return {{"json_schema", either({text(), any_object()}), "a JSON schema, as text or object"},
          {"regex", text(), "the whole answer matches"},
          {"ebnf", text(), "rules, of which `root` describes the whole answer"},
          {"structural_tag", either({text(), any_object()}), "free text with bound parts"}};
}

/// Fields with the same name in chat and completions.
std::vector<field> generation() {
  return joined(
      joined(sampling(2), forms()),
      {{"model", text(), "a served name; empty or absent: the model that is served"},
       {"seed", integer(INT64_MIN, INT64_MAX)},
       {"min_tokens", integer(0, tokens_most), "not above max_tokens"},
       {"thinking_budget", integer(-1, tokens_most), "tokens of reasoning at most; -1: no limit"},
       {"thinking_token_budget", integer(-1, tokens_most), "the same"},
       {"custom_logit_processor", text(),
        "SGLang's thinking budget only, where the server takes it"},
       {"custom_params", any(), "of that"},
       {"response_format", any_object(), "`type` says which; not with another form"},
       {"stream", boolean(), "server-sent events"},
       {"stream_options",
        request_object({{"include_usage", boolean()}, {"continuous_usage_stats", boolean()}}),
        "without stream: null or {}"},
       {"return_token_ids", boolean()},
       {"return_tokens_as_token_ids", boolean()},
       {"user", text()}});
}

std::string message() {
  const auto part =
      request_object({{"type", one_of_words({"text", "input_text", "output_text", "refusal"})},
                      {"text", text(), "not of a refusal"},
                      {"refusal", text(), "of a refusal"}},
                     {"type"});
  const auto function = request_object(
      {{"name", text(), "never empty"}, {"arguments", either({text(), any_object()})}}, {"name"});
  const auto call = request_object(
      {{"id", text()}, {"type", one_of_words({"function"})}, {"function", function}}, {"function"});
  return request_object(
      {{"role", one_of_words({"system", "developer", "user", "assistant", "tool", "function"})},
       {"content", either({text(), array_of(part)}),
        "only an assistant's, a tool's and a function's may be absent"},
       {"refusal", text(), "taken as further content"},
       {"reasoning_content", text()},
       {"reasoning", text()},
       {"name", text()},
       {"tool_calls", array_of(call), "an assistant's only"},
       {"function_call", function, "the same, older: one call"},
       {"tool_call_id", text(), "of one of the assistant's calls before it"}},
      {"role"});
}

std::string tool() {
  const auto function = request_object(
      {{"name", text(),
        "1 to 256 characters, none of them a control, a line break, a quote, ` < > or ｜"},
       {"description", text()},
       {"parameters", any_object()},
       {"strict", boolean()}},
      {"name"});
  return request_object({{"type", one_of_words({"function"})}, {"function", function}},
                        {"function"});
}

std::vector<field> conversation() {
  return {{"messages", array_of(reference("Message"), 1, 1'000'000)},
          {"tools", array_of(reference("Tool"), 0, limits::tools_max), "distinct names"},
          {"chat_template_kwargs", any_object(), "`thinking`, `enable_thinking`: booleans"},
          {"add_generation_prompt", boolean()},
          {"continue_final_message", boolean(), "the last message is the assistant's"}};
}

std::string chat_request() {
  return request_object(
      joined(
          joined(conversation(), generation()),
          {{"max_tokens", integer(1, tokens_most), "absent: the rest of the context"},
           {"max_completion_tokens", integer(1, tokens_most), "wins over max_tokens"},
           {"tool_choice", either({text(), any_object()}),
            "auto (beside a constraint: calls or that), none, required, a function, or "
            "allowed_tools: those that the model sees"},
           {"parallel_tool_calls", boolean()},
           {"reasoning_effort", either({text(), number(0, 0.99)}), "none, minimal: no thinking"},
           {"reasoning",
            request_object({{"effort", either({text(), number(0, 0.99)})}, {"enabled", boolean()}}),
            "the same, where reasoning_effort is absent"},
           {"thinking", request_object({{"type", one_of_words({"enabled", "disabled"})}}, {"type"}),
            "DeepSeek's switch; wins over reasoning_effort, chat_template_kwargs over it"},
           {"enable_thinking", boolean(), "the same, where thinking is absent"},
           {"logprobs", boolean()},
           {"top_logprobs", integer(0, limits::top_logprobs_max), "only with logprobs"},
           {"separate_reasoning", boolean()},
           {"stream_reasoning", boolean()}}),
      {"messages"});
}

std::string completion_request() {
  const auto lists = array_of(tokens(), 1, limits::prompts_max);
  return request_object(
      joined({{"prompt",
               either({text(), array_of(text(), 1, limits::prompts_max),
                       array_of(token(), 1, limits::config_positions_max), lists}),
               "text, ids, or a batch of either"},
              {"suffix", text(), "what stands after the gap that a model with such tokens fills"},
              {"max_tokens", integer(0, tokens_most), "16 when absent; 0 only with echo"},
              {"max_completion_tokens", integer(0, tokens_most), "wins over max_tokens"},
              {"logprobs", integer(0, limits::top_logprobs_max)},
              {"echo", boolean(), "the prompt comes first, with logprobs of its own"},
              {"best_of", integer(1, limits::choices_max), "what `n` says"}},
             generation()),
      {"prompt"});
}

std::string generate_request() {
  const auto params = request_object(joined(
      joined(sampling(1'000'000), forms()),
      {{"max_new_tokens", integer(0, tokens_most), "128 when absent"},
       {"min_new_tokens", integer(0, tokens_most)},
       {"sampling_seed", integer(INT64_MIN, INT64_MAX)},
       {"thinking_budget", integer(-1, tokens_most), "tokens of reasoning at most; -1: no limit"},
       {"thinking_token_budget", integer(-1, tokens_most), "the same"},
       {"custom_params", any(), "of custom_logit_processor"}}));
  const auto each = [](const std::string& one) { return either({one, array_of(one)}); };
  return request_object(
      {{"text", each(text()), "or input_ids, never both"},
       {"input_ids", either({tokens(), array_of(tokens())})},
       {"sampling_params", each(params), "one for all prompts or one for each"},
       {"custom_logit_processor", each(text()),
        "SGLang's thinking budget only, where the server takes it"},
       {"stream", boolean(), "events repeat the whole answer so far"},
       {"return_logprob", each(boolean())},
       {"logprob_start_len", each(integer(-1, INT32_MAX)), "prompt tokens from here on; -1: none"},
       {"top_logprobs_num", each(integer(0, limits::top_logprobs_max))},
       {"return_text_in_logprobs", boolean()},
       {"rid", each(text())}});
}

std::string reasoning_request() {
  return request_object({{"text", text()}, {"reasoning_parser", text(), "as --reasoning-parser"}},
                        {"text"});
}

std::string call_request() {
  return request_object({{"text", text()},
                         {"tools", array_of(reference("Tool"), 0, limits::tools_max)},
                         {"tool_call_parser", text(), "as --tool-call-parser"}},
                        {"text"});
}

std::string tokenize_request() {
  return request_object(joined(
      conversation(),
      {{"model", text()},
       {"prompt", either({text(), array_of(text(), 1, 1'000'000)}), "or messages, never both"},
       {"add_special_tokens", boolean()}}));
}

std::string detokenize_request() {
  return request_object({{"model", text()},
                         {"tokens", either({tokens(), array_of(tokens())})},
                         {"skip_special_tokens", boolean()}},
                        {"tokens"});
}

} // namespace

std::vector<named_schema> request_schemas() {
  return {{"Message", message()},
          {"Tool", tool()},
          {"ChatRequest", chat_request()},
          {"CompletionRequest", completion_request()},
          {"GenerateRequest", generate_request()},
          {"ReasoningRequest", reasoning_request()},
          {"CallRequest", call_request()},
          {"TokenizeRequest", tokenize_request()},
          {"DetokenizeRequest", detokenize_request()}};
}

} // namespace hadal::net::openapi
