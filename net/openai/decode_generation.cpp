#include "net/openai/decode_parts.hpp"

#include "base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace hadal::net {

namespace {

void read_stop(field_reader& body, std::vector<std::string>& out) {
  const auto element = body.find("stop");
  if (!element)
    return;
  decode_failure& failure = body.failure();
  const std::string name = body.path_of("stop");
  const auto add = [&](std::string path, json_element item) {
    std::string_view text;
    if (item.get_string().get(text) != simdjson::SUCCESS)
      return failure.set_mismatch(std::move(path), "a string or an array of strings", item);
    if (text.empty() || text.size() > limits::stop_string_bytes_max)
      return failure.set(path, fmt::format("`{}` must have 1 to {} bytes; found {}.", path,
                                           limits::stop_string_bytes_max, text.size()));
    out.emplace_back(text);
  };
  json_array items;
  if (element->get_array().get(items) != simdjson::SUCCESS)
    return add(name, *element);
  if (items.size() > limits::stop_strings_max)
    return failure.set(name, fmt::format("`{}` may have up to {} strings; found {}.", name,
                                         limits::stop_strings_max, items.size()));
  std::size_t index = 0;
  for (const json_element item : items)
    add(fmt::format("{}[{}]", name, index++), item);
}

/// A token id in its canonical decimal spelling: no sign, no leading zero.
std::optional<token_id> decimal_token_id(std::string_view text) noexcept {
  token_id id = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool canonical = !text.empty() && text[0] != '-' && (text.size() == 1 || text[0] != '0');
  if (ec != std::errc() || end != text.data() + text.size() || !canonical)
    return std::nullopt;
  return id;
}

void read_logit_bias(field_reader& body, std::vector<logit_bias_entry>& out) {
  const auto element = body.find("logit_bias");
  if (!element)
    return;
  decode_failure& failure = body.failure();
  const std::string name = body.path_of("logit_bias");
  json_object entries;
  if (element->get_object().get(entries) != simdjson::SUCCESS)
    return failure.set_mismatch(name, "an object", *element);
  if (entries.size() > limits::logit_bias_max)
    return failure.set(name, fmt::format("`{}` may have up to {} entries; found {}.", name,
                                         limits::logit_bias_max, entries.size()));
  for (const auto field : entries) {
    const auto id = decimal_token_id(field.key);
    if (!id)
      return failure.set(
          name,
          fmt::format("The keys of `{}` must be token ids in decimal, such as \"42\"; found {}.",
                      name, describe_text(field.key)));
    double bias = 0;
    if (!field.value.is_number() || field.value.get_double().get(bias) != simdjson::SUCCESS ||
        bias < -100 || bias > 100)
      return failure.set_mismatch(fmt::format("{}.{}", name, *id), "a number in [-100, 100]",
                                  field.value);
    out.push_back({*id, bias});
  }
}

void read_stream(field_reader& body, generation_fields& out) {
  body.read("stream", out.stream);
  auto options = body.object("stream_options");
  if (!options)
    return;
  const bool says_nothing =
      !options->find("include_usage") && !options->find("continuous_usage_stats");
  if (!out.stream && !says_nothing)
    return body.failure().set("stream_options",
                              "`stream_options` is only allowed when `stream` is true.");
  options->read("include_usage", out.include_usage);
  options->read("continuous_usage_stats", out.continuous_usage_stats);
}

void take_budget(std::optional<std::int64_t> given, generation_fields& out) {
  if (given && *given >= 0 && (!out.thinking_budget || *given < *out.thinking_budget))
    out.thinking_budget = given;
}

} // namespace

void read_thinking_budget(field_reader& fields, generation_fields& out) {
  std::optional<std::int64_t> budget;
  std::optional<std::int64_t> other;
  fields.read("thinking_budget", budget, {-1, max_tokens_bound});
  fields.read("thinking_token_budget", other, {-1, max_tokens_bound});
  if (budget && other && *budget != *other)
    fields.failure().set(fields.path_of("thinking_token_budget"),
                         fmt::format("`thinking_token_budget` ({}) is another name of "
                                     "`thinking_budget` ({}): they must not differ.",
                                     *other, *budget));
  take_budget(budget, out);
  take_budget(other, out);
}

void read_custom_params(field_reader& fields, generation_fields& out) {
  std::optional<std::int64_t> budget;
  if (auto params = fields.object("custom_params"))
    params->read("thinking_budget", budget, {INT64_MIN, max_tokens_bound});
  take_budget(budget, out);
}

std::optional<json_object> body_object(decode_failure& failure, const json_document& document) {
  json_object object;
  if (document.root().get_object().get(object) == simdjson::SUCCESS)
    return object;
  failure.set({}, fmt::format("The request body must be a JSON object; found {}.",
                              describe(document.root())));
  return std::nullopt;
}

void read_sampling(field_reader& fields, generation_fields& out, double temperature_max) {
  fields.read("temperature", out.temperature, {0, temperature_max});
  fields.read("top_p", out.top_p, {0, 1});
  fields.read("top_k", out.top_k, {-1, INT32_MAX});
  fields.read("min_p", out.min_p, {0, 1});
  fields.read("frequency_penalty", out.frequency_penalty, {-2, 2});
  fields.read("presence_penalty", out.presence_penalty, {-2, 2});
  fields.read("repetition_penalty", out.repetition_penalty, {0, 2, true});
  read_logit_bias(fields, out.logit_bias);
  fields.read("n", out.n, {1, limits::choices_max});
  read_stop(fields, out.stop);
  fields.read_ids("stop_token_ids", out.stop_token_ids, limits::stop_token_ids_max);
  fields.read("ignore_eos", out.ignore_eos);
  bool no_stop_trim = false; // SGLang's name
  fields.read("no_stop_trim", no_stop_trim);
  fields.read("include_stop_str_in_output", out.include_stop_str_in_output);
  out.include_stop_str_in_output |= no_stop_trim;
  fields.read("skip_special_tokens", out.skip_special_tokens);
  if (out.top_k == 0)
    out.top_k = -1;
}

void read_generation(field_reader& body, generation_fields& out) {
  body.read("model", out.model);
  read_sampling(body, out, 2);
  body.read("seed", out.seed, {INT64_MIN, INT64_MAX});
  body.read("min_tokens", out.min_tokens, {0, max_tokens_bound});
  read_thinking_budget(body, out);
  std::optional<std::string> processor;
  body.read("custom_logit_processor", processor);
  if (processor) {
    out.processor = recognise_logit_processor(*processor);
    read_custom_params(body, out);
  }
  read_stream(body, out);
  body.read("return_token_ids", out.return_token_ids);
  body.read("return_tokens_as_token_ids", out.return_tokens_as_token_ids);
  body.read("user", out.user);
  read_response_format(body, out);
  read_constraint_aliases(body, out);
  read_constraint(body, out);
}

void check_token_bounds(decode_failure& failure, const generation_fields& fields) {
  if (fields.max_tokens && fields.min_tokens > *fields.max_tokens)
    failure.set(
        "min_tokens",
        fmt::format("`min_tokens` ({}) must not be larger than the most tokens allowed ({}).",
                    fields.min_tokens, *fields.max_tokens));
}

} // namespace hadal::net
