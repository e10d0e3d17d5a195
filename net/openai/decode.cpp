#include "net/openai/decode.hpp"

#include "base/limits.hpp"
#include "net/openai/decode_parts.hpp"

#include <fmt/format.h>

namespace hadal::net {

namespace {

constexpr std::int64_t completion_max_tokens_default = 16;

/// max_completion_tokens, else max_tokens.
void read_max_tokens(field_reader& body, generation_fields& out, std::int64_t least) {
  std::optional<std::int64_t> older;
  std::optional<std::int64_t> newer;
  body.read("max_tokens", older, {least, max_tokens_bound});
  body.read("max_completion_tokens", newer, {least, max_tokens_bound});
  out.max_tokens = newer ? newer : older;
}

void read_chat(field_reader& body, chat_request& out) {
  read_conversation(body, out.chat);
  read_generation(body, out.generation);
  read_max_tokens(body, out.generation, 1);
  check_token_bounds(body.failure(), out.generation);
  for (const std::string_view name : {"functions", "function_call"})
    if (body.find(name))
      body.failure().set(std::string(name),
                         fmt::format("`{}` is not supported: use `tools`.", name));
  read_tool_choice(body, out);
  body.read("parallel_tool_calls", out.parallel_tool_calls);
  body.read("separate_reasoning", out.separate_reasoning);
  body.read("stream_reasoning", out.stream_reasoning);
  body.read("logprobs", out.logprobs);
  body.read("top_logprobs", out.top_logprobs, {0, limits::top_logprobs_max});
  if (out.top_logprobs > 0 && !out.logprobs)
    body.failure().set("top_logprobs", "`top_logprobs` is only allowed when `logprobs` is true.");
}

/// The array form of `prompt`: strings, ids, or arrays of ids, told apart by the first element.
void read_prompt_array(decode_failure& failure, json_array items,
                       std::vector<completion_prompt>& out) {
  if (items.size() == 0)
    return failure.set("prompt", "`prompt` must not be an empty array.");
  const json_element first = *items.begin();
  if (first.is_int64()) {
    std::vector<token_id> ids;
    read_id_list(failure, "prompt", items, ids);
    out.emplace_back(std::move(ids));
    return;
  }
  if (items.size() > limits::prompts_max)
    return failure.set("prompt", fmt::format("`prompt` may have up to {} prompts; found {}.",
                                             limits::prompts_max, items.size()));
  for (const json_element item : items) {
    const std::string path = fmt::format("prompt[{}]", out.size());
    std::string_view text;
    json_array ids;
    if (first.is_string() && item.get_string().get(text) == simdjson::SUCCESS) {
      out.emplace_back(std::string(text));
    } else if (first.is_array() && item.get_array().get(ids) == simdjson::SUCCESS) {
      std::vector<token_id> list;
      read_id_list(failure, path, ids, list);
      out.emplace_back(std::move(list));
    } else {
      return failure.set_mismatch(path,
                                  first.is_string()  ? "a string like the first one"
                                  : first.is_array() ? "an array of token ids like the first one"
                                                     : "a string, a token id or an array of those",
                                  item);
    }
  }
}

void read_prompt(field_reader& body, completion_request& out) {
  const auto element = body.find("prompt");
  if (!element)
    return body.failure().set("prompt", "`prompt` is missing.");
  std::string_view text;
  json_array items;
  if (element->get_string().get(text) == simdjson::SUCCESS) {
    out.prompts.emplace_back(std::string(text));
  } else if (element->get_array().get(items) == simdjson::SUCCESS) {
    out.prompt_is_array = true;
    read_prompt_array(body.failure(), items, out.prompts);
  } else {
    body.failure().set_mismatch(
        "prompt", "a string, an array of strings, an array of token ids or an array of those",
        *element);
  }
}

/// The text after the gap that the model fills; empty means none.
void read_suffix(field_reader& body, completion_request& out) {
  std::string suffix;
  body.read("suffix", suffix);
  if (suffix.empty() || body.failure())
    return;
  if (!std::holds_alternative<std::string>(out.prompts.front()))
    body.failure().set("suffix", "`suffix` needs a `prompt` that is text.");
  if (out.echo && out.logprobs)
    body.failure().set("suffix", "`suffix` does not go with `echo` and `logprobs` together.");
  out.suffix = std::move(suffix);
}

/// `best_of` must be equal to `n`.
void read_best_of(field_reader& body, const completion_request& out) {
  decode_failure& failure = body.failure();
  std::optional<std::int64_t> best_of;
  body.read("best_of", best_of, {1, limits::choices_max});
  if (best_of && *best_of != out.generation.n)
    failure.set("best_of", fmt::format("`best_of` ({}) other than `n` ({}) is not supported.",
                                       *best_of, out.generation.n));
}

void read_completion(field_reader& body, completion_request& out) {
  decode_failure& failure = body.failure();
  read_prompt(body, out);
  read_generation(body, out.generation);
  body.read("echo", out.echo);
  read_max_tokens(body, out.generation, out.echo ? 0 : 1);
  if (!out.generation.max_tokens)
    out.generation.max_tokens = completion_max_tokens_default;
  check_token_bounds(failure, out.generation);
  std::optional<std::int64_t> logprobs;
  body.read("logprobs", logprobs, {0, limits::top_logprobs_max});
  if (logprobs)
    out.logprobs = static_cast<std::int32_t>(*logprobs);
  read_suffix(body, out);
  read_best_of(body, out);
  const auto choices = static_cast<std::int64_t>(out.prompts.size()) * out.generation.n;
  if (choices > limits::request_choices_max)
    failure.set("n",
                fmt::format("A request may have up to {} choices; {} prompts with `n` {} are {}.",
                            limits::request_choices_max, out.prompts.size(), out.generation.n,
                            choices));
}

/// A string, or an array of strings with at least one.
void read_text_prompts(field_reader& body, tokenize_request& out) {
  decode_failure& failure = body.failure();
  const auto element = body.find("prompt");
  std::string_view text;
  json_array items;
  if (element->get_string().get(text) == simdjson::SUCCESS) {
    out.prompts.emplace_back(text);
    return;
  }
  if (element->get_array().get(items) != simdjson::SUCCESS)
    return failure.set_mismatch("prompt", "a string or an array of strings", *element);
  out.prompt_is_array = true;
  if (items.size() == 0)
    return failure.set("prompt", "`prompt` must not be an empty array.");
  for (const json_element item : items) {
    if (item.get_string().get(text) != simdjson::SUCCESS)
      return failure.set_mismatch(fmt::format("prompt[{}]", out.prompts.size()), "a string", item);
    out.prompts.emplace_back(text);
  }
}

/// A conversation with the tools that `tool_choice` leaves visible to the model.
conversation read_shown_conversation(field_reader& body) {
  chat_request request;
  read_conversation(body, request.chat);
  read_tool_choice(body, request);
  std::erase_if(request.chat.tools, [&](const tool_definition& tool) {
    return request.choice == tool_choice::none ||
           (request.choice == tool_choice::named && tool.name != request.named_tool);
  });
  return std::move(request.chat);
}

void read_tokenize(field_reader& body, tokenize_request& out) {
  body.read("model", out.model);
  const bool has_prompt = body.find("prompt").has_value();
  const bool has_messages = body.find("messages").has_value();
  if (has_prompt == has_messages)
    return body.failure().set("prompt", has_prompt
                                            ? "Give `prompt` or `messages`, not both."
                                            : "One of `prompt` and `messages` must be given.");
  if (has_prompt)
    read_text_prompts(body, out);
  else
    out.chat = read_shown_conversation(body);
  out.add_special_tokens = has_prompt;
  body.read("add_special_tokens", out.add_special_tokens);
}

void read_detokenize(field_reader& body, detokenize_request& out) {
  body.read("model", out.model);
  body.read("skip_special_tokens", out.skip_special_tokens);
  const auto tokens = body.array("tokens");
  if (!tokens)
    return body.failure().set("tokens", "`tokens` is missing.");
  decode_failure& failure = body.failure();
  out.is_array_of_arrays = tokens->size() > 0 && (*tokens->begin()).is_array();
  if (!out.is_array_of_arrays)
    return read_id_list(failure, "tokens", *tokens, out.lists.emplace_back());
  for (const json_element item : *tokens) {
    const std::string path = fmt::format("tokens[{}]", out.lists.size());
    json_array ids;
    if (item.get_array().get(ids) != simdjson::SUCCESS)
      return failure.set_mismatch(path, "an array of token ids like the first one", item);
    read_id_list(failure, path, ids, out.lists.emplace_back());
  }
}

} // namespace

result<chat_request> decode_chat_request(std::string_view body) {
  return decode_body<chat_request>(body, read_chat);
}

result<completion_request> decode_completion_request(std::string_view body) {
  return decode_body<completion_request>(body, read_completion);
}

result<tokenize_request> decode_tokenize_request(std::string_view body) {
  return decode_body<tokenize_request>(body, read_tokenize);
}

result<detokenize_request> decode_detokenize_request(std::string_view body) {
  return decode_body<detokenize_request>(body, read_detokenize);
}

} // namespace hadal::net
