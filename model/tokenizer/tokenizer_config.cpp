#include "model/tokenizer/tokenizer_config.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace hadal::model {

namespace {

using nlohmann::json;

tl::unexpected<error> invalid(std::string_view key, std::string_view what) {
  return fail(error_code::invalid_tokenizer, fmt::format("{}: {}", key, what));
}

// Null counts as absent.
const json* member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

result<std::optional<bool>> flag(const json& root, const char* key) {
  const json* value = member(root, key);
  if (value == nullptr)
    return std::optional<bool>();
  if (!value->is_boolean())
    return invalid(key, "must be true or false");
  return value->get<bool>();
}

result<std::optional<std::string>> token_text(const json& root, const char* key) {
  const json* value = member(root, key);
  if (value != nullptr && value->is_object())
    value = member(*value, "content");
  else if (value == nullptr)
    return std::optional<std::string>();
  if (value == nullptr || !value->is_string() || value->get_ref<const std::string&>().empty())
    return invalid(key, "must be a text or an object with the member \"content\"");
  return value->get<std::string>();
}

// A text, or a list of objects with "name" and "template".
result<std::vector<named_chat_template>> chat_templates(const json& root) {
  std::vector<named_chat_template> out;
  const json* given = member(root, "chat_template");
  if (given == nullptr)
    return out;
  if (given->is_string()) {
    out.push_back({"default", given->get<std::string>()});
    return out;
  }
  const char* const expected = "must be a text or a list of objects with the texts \"name\" and "
                               "\"template\"";
  if (!given->is_array())
    return invalid("chat_template", expected);
  for (const json& one : *given) {
    const json* name = one.is_object() ? member(one, "name") : nullptr;
    const json* text = one.is_object() ? member(one, "template") : nullptr;
    if (name == nullptr || text == nullptr || !name->is_string() || !text->is_string())
      return invalid("chat_template", expected);
    out.push_back({name->get<std::string>(), text->get<std::string>()});
  }
  return out;
}

} // namespace

result<tokenizer_config> parse_tokenizer_config(std::string_view text) {
  const json root = json::parse(text, nullptr, false);
  if (!root.is_object())
    return fail(error_code::invalid_tokenizer,
                root.is_discarded() ? "is not JSON" : "must be a JSON object");
  tokenizer_config config;
  HADAL_TRY_ASSIGN(add_bos_token, flag(root, "add_bos_token"));
  config.add_bos_token = add_bos_token;
  HADAL_TRY_ASSIGN(add_eos_token, flag(root, "add_eos_token"));
  config.add_eos_token = add_eos_token;
  HADAL_TRY_ASSIGN(bos_token, token_text(root, "bos_token"));
  config.bos_token = bos_token;
  HADAL_TRY_ASSIGN(eos_token, token_text(root, "eos_token"));
  config.eos_token = eos_token;
  HADAL_TRY_ASSIGN(pad_token, token_text(root, "pad_token"));
  config.pad_token = pad_token;
  if (const json* length = member(root, "model_max_length")) {
    // transformers writes int(1e30) for "no limit", which is no 64-bit integer.
    constexpr double exact_integers_end = 9007199254740992.0;
    if (!length->is_number())
      return invalid("model_max_length", "must be a number");
    if (const double value = length->get<double>(); value >= 1 && value < exact_integers_end)
      config.model_max_length = static_cast<std::int64_t>(value);
  }
  HADAL_TRY_ASSIGN(templates, chat_templates(root));
  config.chat_templates = std::move(templates);
  return config;
}

} // namespace hadal::model
