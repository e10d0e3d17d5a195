#include "net/openai/field_reader.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "net/openai/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace hadal::net {

namespace {

using namespace std::string_view_literals;

// Every field that a decoder reads, sorted.
constexpr std::array known_names = {
    "add_generation_prompt"sv,
    "add_special_tokens"sv,
    "allowed_tools"sv,
    "arguments"sv,
    "audio"sv,
    "audio_data"sv,
    "best_of"sv,
    "chat_template_kwargs"sv,
    "choice"sv,
    "content"sv,
    "continue_final_message"sv,
    "continuous_usage_stats"sv,
    "custom_logit_processor"sv,
    "custom_params"sv,
    "description"sv,
    "ebnf"sv,
    "echo"sv,
    "effort"sv,
    "enable"sv,
    "enable_thinking"sv,
    "enabled"sv,
    "frequency_penalty"sv,
    "function"sv,
    "function_call"sv,
    "functions"sv,
    "grammar"sv,
    "guided_choice"sv,
    "guided_grammar"sv,
    "guided_json"sv,
    "guided_regex"sv,
    "id"sv,
    "ignore_eos"sv,
    "image_data"sv,
    "include_stop_str_in_output"sv,
    "include_usage"sv,
    "input_embeds"sv,
    "input_ids"sv,
    "json"sv,
    "json_object"sv,
    "json_schema"sv,
    "logit_bias"sv,
    "logprob_start_len"sv,
    "logprobs"sv,
    "max_completion_tokens"sv,
    "max_new_tokens"sv,
    "max_tokens"sv,
    "messages"sv,
    "min_new_tokens"sv,
    "min_p"sv,
    "min_tokens"sv,
    "mode"sv,
    "model"sv,
    "n"sv,
    "name"sv,
    "no_stop_trim"sv,
    "parallel_tool_calls"sv,
    "parameters"sv,
    "prefix"sv,
    "presence_penalty"sv,
    "prompt"sv,
    "reasoning"sv,
    "reasoning_content"sv,
    "reasoning_effort"sv,
    "reasoning_parser"sv,
    "refusal"sv,
    "regex"sv,
    "repetition_penalty"sv,
    "response_format"sv,
    "return_logprob"sv,
    "return_text_in_logprobs"sv,
    "return_token_ids"sv,
    "return_tokens_as_token_ids"sv,
    "rid"sv,
    "role"sv,
    "sampling_params"sv,
    "sampling_seed"sv,
    "schema"sv,
    "seed"sv,
    "separate_reasoning"sv,
    "skip_special_tokens"sv,
    "stop"sv,
    "stop_regex"sv,
    "stop_token_ids"sv,
    "stream"sv,
    "stream_options"sv,
    "stream_reasoning"sv,
    "strict"sv,
    "structural_tag"sv,
    "structured_outputs"sv,
    "suffix"sv,
    "temperature"sv,
    "text"sv,
    "thinking"sv,
    "thinking_budget"sv,
    "thinking_token_budget"sv,
    "tokens"sv,
    "tool_call_id"sv,
    "tool_call_parser"sv,
    "tool_calls"sv,
    "tool_choice"sv,
    "tools"sv,
    "top_k"sv,
    "top_logprobs"sv,
    "top_logprobs_num"sv,
    "top_p"sv,
    "type"sv,
    "user"sv,
    "video_data"sv,
};
constexpr bool sorted_and_distinct() {
  for (std::size_t i = 1; i < known_names.size(); ++i)
    if (!(known_names[i - 1] < known_names[i]))
      return false;
  return true;
}
static_assert(sorted_and_distinct());

bool is_known(std::string_view name) noexcept {
  return std::binary_search(known_names.begin(), known_names.end(), name);
}

std::string in_words(const real_range& range) {
  return fmt::format("a number in {}{:g}, {:g}]", range.low_excluded ? '(' : '[', range.low,
                     range.high);
}

std::string in_words(const integer_range& range) {
  if (range.low == INT64_MIN && range.high == INT64_MAX)
    return "an integer of 64 bits";
  return fmt::format("an integer in [{}, {}]", range.low, range.high);
}

} // namespace

void decode_failure::set(std::string param, std::string message) {
  if (!error_)
    error_ = error{error_code::invalid_request, std::move(message), std::move(param)};
}

void decode_failure::set_mismatch(std::string param, std::string_view allowed, json_element found) {
  if (error_)
    return;
  std::string message = fmt::format("`{}` must be {}; found {}.", param, allowed, describe(found));
  set(std::move(param), std::move(message));
}

std::string describe_text(std::string_view value) {
  constexpr std::size_t shown_bytes_max = 64;
  const bool cut = value.size() > shown_bytes_max;
  if (cut) {
    value = value.substr(0, shown_bytes_max);
    value = value.substr(0, complete_prefix(value));
  }
  std::string text = cut ? "a string that begins with " : "the string ";
  append_json_string(text, value);
  return text;
}

std::string describe(json_element element) {
  std::string text;
  switch (element.type()) {
  case json_type::OBJECT: return "an object";
  case json_type::ARRAY: return "an array";
  case json_type::STRING: return describe_text(element.get_string().value_unsafe());
  default: append_compact_json(text, element); return text;
  }
}

std::optional<std::int64_t> read_integer(decode_failure& failure, const std::string& path,
                                         json_element element, integer_range range) {
  std::int64_t value = 0;
  if (element.get_int64().get(value) == simdjson::SUCCESS && value >= range.low &&
      value <= range.high)
    return value;
  failure.set_mismatch(path, in_words(range), element);
  return std::nullopt;
}

void read_id_list(decode_failure& failure, const std::string& path, json_array ids,
                  std::vector<token_id>& out) {
  for (const json_element item : ids) {
    std::int64_t id = -1;
    if (item.get_int64().get(id) != simdjson::SUCCESS || id < token_id_range.low ||
        id > token_id_range.high) {
      failure.set_mismatch(fmt::format("{}[{}]", path, out.size()), "a token id", item);
      return;
    }
    out.push_back(static_cast<token_id>(id));
  }
}

field_reader::field_reader(decode_failure& failure, json_object object, std::string path)
  : failure_(&failure), path_(std::move(path)) {
  for (const auto field : object)
    if (is_known(field.key))
      known_.emplace_back(field.key, field.value);
}

std::optional<json_element> field_reader::find(std::string_view name) const {
  HADAL_ASSERT(is_known(name));
  if (*failure_)
    return std::nullopt;
  for (const auto& [key, value] : known_)
    if (key == name && !value.is_null())
      return value;
  return std::nullopt;
}

std::string field_reader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void field_reader::read(std::string_view name, bool& out) {
  const auto element = find(name);
  if (element && element->get_bool().get(out) != simdjson::SUCCESS)
    failure_->set_mismatch(path_of(name), "true or false", *element);
}

void field_reader::read(std::string_view name, std::optional<bool>& out) {
  if (!find(name))
    return;
  bool value = false;
  read(name, value);
  out = value;
}

void field_reader::read(std::string_view name, std::string& out) {
  const auto element = find(name);
  if (!element)
    return;
  std::string_view value;
  if (element->get_string().get(value) != simdjson::SUCCESS)
    failure_->set_mismatch(path_of(name), "a string", *element);
  else
    out = value;
}

void field_reader::read(std::string_view name, std::optional<std::string>& out) {
  if (!find(name))
    return;
  std::string value;
  read(name, value);
  out = std::move(value);
}

void field_reader::read(std::string_view name, std::optional<double>& out, real_range range) {
  const auto element = find(name);
  if (!element)
    return;
  double value = 0;
  const bool in_range =
      element->is_number() && element->get_double().get(value) == simdjson::SUCCESS &&
      (range.low_excluded ? value > range.low : value >= range.low) && value <= range.high;
  if (in_range)
    out = value;
  else
    failure_->set_mismatch(path_of(name), in_words(range), *element);
}

void field_reader::read(std::string_view name, std::optional<std::int64_t>& out,
                        integer_range range) {
  if (const auto element = find(name))
    out = read_integer(*failure_, path_of(name), *element, range);
}

void field_reader::read(std::string_view name, std::int64_t& out, integer_range range) {
  std::optional<std::int64_t> value;
  read(name, value, range);
  if (value)
    out = *value;
}

void field_reader::read(std::string_view name, std::int32_t& out, integer_range range) {
  HADAL_ASSERT(range.low >= INT32_MIN && range.high <= INT32_MAX);
  std::int64_t value = out;
  read(name, value, range);
  out = static_cast<std::int32_t>(value);
}

void field_reader::read_ids(std::string_view name, std::vector<token_id>& out,
                            std::size_t count_max) {
  const auto ids = array(name);
  if (!ids)
    return;
  if (ids->size() > count_max)
    return failure_->set(path_of(name), fmt::format("`{}` may have up to {} token ids; found {}.",
                                                    path_of(name), count_max, ids->size()));
  read_id_list(*failure_, path_of(name), *ids, out);
}

std::optional<field_reader> field_reader::object(std::string_view name) {
  const auto element = find(name);
  if (!element)
    return std::nullopt;
  json_object value;
  if (element->get_object().get(value) != simdjson::SUCCESS) {
    failure_->set_mismatch(path_of(name), "an object", *element);
    return std::nullopt;
  }
  return field_reader(*failure_, value, path_of(name));
}

std::optional<json_array> field_reader::array(std::string_view name) {
  const auto element = find(name);
  if (!element)
    return std::nullopt;
  json_array value;
  if (element->get_array().get(value) != simdjson::SUCCESS) {
    failure_->set_mismatch(path_of(name), "an array", *element);
    return std::nullopt;
  }
  return value;
}

} // namespace hadal::net
