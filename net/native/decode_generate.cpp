#include "net/native/generate_request.hpp"

#include "base/limits.hpp"
#include "net/openai/decode_parts.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace hadal::net {

namespace {

constexpr std::int64_t max_new_tokens_default = 128;
constexpr double temperature_max = 1'000'000;

void read_texts(field_reader& body, json_element element, generate_request& out) {
  decode_failure& failure = body.failure();
  std::string_view text;
  json_array items;
  if (element.get_string().get(text) == simdjson::SUCCESS) {
    out.prompts.emplace_back().prompt = std::string(text);
    return;
  }
  if (element.get_array().get(items) != simdjson::SUCCESS)
    return failure.set_mismatch("text", "a string or an array of strings", element);
  out.is_batch = true;
  for (const json_element item : items) {
    if (item.get_string().get(text) != simdjson::SUCCESS)
      return failure.set_mismatch(fmt::format("text[{}]", out.prompts.size()), "a string", item);
    out.prompts.emplace_back().prompt = std::string(text);
  }
}

void read_ids(field_reader& body, json_element element, generate_request& out) {
  decode_failure& failure = body.failure();
  json_array items;
  if (element.get_array().get(items) != simdjson::SUCCESS)
    return failure.set_mismatch("input_ids", "an array of token ids or an array of those", element);
  out.text_is_ids = true;
  out.is_batch = items.size() > 0 && (*items.begin()).is_array();
  const auto add = [&](const std::string& path, json_array ids) {
    std::vector<token_id> list;
    read_id_list(failure, path, ids, list);
    out.prompts.emplace_back().prompt = std::move(list);
  };
  if (!out.is_batch)
    return add("input_ids", items);
  for (const json_element item : items) {
    const std::string path = fmt::format("input_ids[{}]", out.prompts.size());
    json_array ids;
    if (item.get_array().get(ids) != simdjson::SUCCESS)
      return failure.set_mismatch(path, "an array of token ids like the first one", item);
    add(path, ids);
  }
}

void read_prompts(field_reader& body, generate_request& out) {
  decode_failure& failure = body.failure();
  for (const std::string_view name : {"input_embeds", "image_data", "video_data", "audio_data"})
    if (body.find(name))
      failure.set(std::string(name), fmt::format("`{}` is not supported.", name));
  const auto text = body.find("text");
  const auto ids = body.find("input_ids");
  if (text.has_value() == ids.has_value())
    return failure.set("text", text ? "Give `text` or `input_ids`, not both."
                                    : "One of `text` and `input_ids` must be given.");
  if (text)
    read_texts(body, *text, out);
  else
    read_ids(body, *ids, out);
  const char* name = text ? "text" : "input_ids";
  if (out.prompts.empty())
    failure.set(name, fmt::format("`{}` must not be an empty array.", name));
  if (out.prompts.size() > limits::prompts_max)
    failure.set(name, fmt::format("`{}` may have up to {} prompts; found {}.", name,
                                  limits::prompts_max, out.prompts.size()));
}

/// Calls `read(path, element, prompt)` for every prompt: with the field's single value, or with the
/// prompt's item of its array.
template <class Read>
void read_each(field_reader& body, std::string_view name, generate_request& out, Read read) {
  const auto element = body.find(name);
  if (!element)
    return;
  json_array items;
  const bool is_list = element->get_array().get(items) == simdjson::SUCCESS;
  if (is_list && items.size() != out.prompts.size())
    return body.failure().set(std::string(name),
                              fmt::format("`{}` must be one value or one for each of the {} "
                                          "prompts; found {}.",
                                          name, out.prompts.size(), items.size()));
  for (std::size_t i = 0; i < out.prompts.size() && !body.failure(); ++i) {
    if (!is_list)
      read(std::string(name), *element, out.prompts[i]);
    else if (const json_element item = items.at(i).value_unsafe(); !item.is_null())
      read(fmt::format("{}[{}]", name, i), item, out.prompts[i]);
  }
}

/// One processor for all prompts, or one for each.
void read_processors(field_reader& body, generate_request& out) {
  read_each(body, "custom_logit_processor", out,
            [&](const std::string& path, json_element element, generate_prompt& prompt) {
              std::string_view text;
              if (element.get_string().get(text) != simdjson::SUCCESS)
                return body.failure().set_mismatch(path, "a string", element);
              prompt.generation.processor = recognise_logit_processor(text);
            });
}

void read_sampling_params(decode_failure& failure, const std::string& path, json_element element,
                          generation_fields& out) {
  json_object object;
  if (element.get_object().get(object) != simdjson::SUCCESS)
    return failure.set_mismatch(path, "an object", element);
  field_reader fields(failure, object, path);
  read_sampling(fields, out, temperature_max);
  fields.read("sampling_seed", out.seed, {INT64_MIN, INT64_MAX});
  fields.read("max_new_tokens", out.max_tokens, {0, max_tokens_bound});
  fields.read("min_new_tokens", out.min_tokens, {0, max_tokens_bound});
  read_thinking_budget(fields, out);
  if (out.processor)
    read_custom_params(fields, out);
  read_constraint(fields, out);
  if (!failure && out.min_tokens > out.max_tokens.value_or(0))
    failure.set(fields.path_of("min_new_tokens"),
                fmt::format("`{}` ({}) must not be larger than the most tokens allowed ({}).",
                            fields.path_of("min_new_tokens"), out.min_tokens, *out.max_tokens));
}

void read_logprob_fields(field_reader& body, generate_request& out) {
  decode_failure& failure = body.failure();
  const auto integer = [&](std::string_view name, integer_range range, auto member) {
    read_each(body, name, out,
              [&](const std::string& path, json_element element, generate_prompt& prompt) {
                if (const auto value = read_integer(failure, path, element, range))
                  prompt.*member = static_cast<std::int32_t>(*value);
              });
  };
  read_each(body, "return_logprob", out,
            [&](const std::string& path, json_element element, generate_prompt& prompt) {
              if (element.get_bool().get(prompt.return_logprob) != simdjson::SUCCESS)
                failure.set_mismatch(path, "true or false", element);
            });
  integer("logprob_start_len", {-1, INT32_MAX}, &generate_prompt::logprob_start_len);
  integer("top_logprobs_num", {0, limits::top_logprobs_max}, &generate_prompt::top_logprobs_num);
  for (generate_prompt& prompt : out.prompts)
    if (!prompt.return_logprob) {
      prompt.logprob_start_len = -1;
      prompt.top_logprobs_num = 0;
    }
  body.read("return_text_in_logprobs", out.return_text_in_logprobs);
}

/// Called after the processors, which decide whether custom_params count. Values given once for all
/// prompts are read once, or once for prompts with a processor and once for those without, so that
/// a long constraint is stored once.
void read_generation_of_each(field_reader& body, generate_request& out) {
  const auto given = body.find("sampling_params");
  const bool shared = given && !given->is_array();
  std::array<const generation_fields*, 2> read_already{};
  read_each(body, "sampling_params", out,
            [&](const std::string& path, json_element element, generate_prompt& prompt) {
              generation_fields& fields = prompt.generation;
              const auto processor = fields.processor;
              const generation_fields*& same = read_already[processor ? 1 : 0];
              if (shared && same)
                fields = *same;
              else
                read_sampling_params(body.failure(), path, element, fields);
              fields.processor = processor;
              same = &fields;
            });
}

void read_generate(field_reader& body, generate_request& out) {
  decode_failure& failure = body.failure();
  read_prompts(body, out);
  if (failure)
    return;
  for (generate_prompt& prompt : out.prompts) {
    prompt.generation.max_tokens = max_new_tokens_default;
    prompt.generation.return_token_ids = true;
  }
  read_processors(body, out);
  read_generation_of_each(body, out);
  read_each(body, "rid", out,
            [&](const std::string& path, json_element element, generate_prompt& prompt) {
              std::string_view text;
              if (element.get_string().get(text) != simdjson::SUCCESS)
                return failure.set_mismatch(path, "a string", element);
              prompt.rid = text;
            });
  read_logprob_fields(body, out);
  body.read("stream", out.stream);
  std::int64_t choices = 0;
  for (const generate_prompt& prompt : out.prompts) {
    if (prompt.generation.n != out.n())
      failure.set("sampling_params", "`n` must be the same for all prompts.");
    choices += prompt.generation.n;
  }
  if (choices > limits::request_choices_max)
    failure.set("sampling_params", fmt::format("A request may have up to {} choices; found {}.",
                                               limits::request_choices_max, choices));
}

} // namespace

result<generate_request> decode_generate_request(std::string_view body) {
  return decode_body<generate_request>(body, read_generate);
}

} // namespace hadal::net
