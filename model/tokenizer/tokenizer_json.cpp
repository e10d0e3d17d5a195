#include "model/tokenizer/tokenizer_json.hpp"

#include "base/limits.hpp"
#include "model/tokenizer/tokenizer_json_parts.hpp"

#include <fmt/core.h>

#include <unordered_map>
#include <unordered_set>

namespace hadal::model {

namespace json_parts {

tl::unexpected<error> invalid(std::string_view where, std::string_view what) {
  return fail(error_code::invalid_tokenizer, fmt::format("{}: {}", where, what));
}

bool is_absent(simdjson::dom::object object, std::string_view key) {
  simdjson::dom::element value;
  return object[key].get(value) != simdjson::SUCCESS || value.is_null();
}

result<bool> flag(simdjson::dom::object object, std::string_view key, bool fallback,
                  std::string_view where) {
  if (is_absent(object, key))
    return fallback;
  bool value = false;
  if (object[key].get(value) != simdjson::SUCCESS)
    return invalid(fmt::format("{}.{}", where, key), "must be true or false");
  return value;
}

result<std::string_view> text(simdjson::dom::object object, std::string_view key,
                              std::string_view where) {
  std::string_view value;
  if (object[key].get(value) != simdjson::SUCCESS)
    return invalid(fmt::format("{}.{}", where, key), "must be a string");
  return value;
}

result<token_id> id(simdjson::dom::element value, std::string_view where) {
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number < 0 || number > limits::token_id_max)
    return invalid(where,
                   fmt::format("an id must be an integer from 0 to {}", limits::token_id_max));
  return static_cast<token_id>(number);
}

} // namespace json_parts

namespace {

using namespace json_parts;

result<added_token> read_added_token(simdjson::dom::object object, const std::string& where) {
  added_token token;
  simdjson::dom::element number;
  if (object["id"].get(number) != simdjson::SUCCESS)
    return invalid(where + ".id", "is missing");
  HADAL_TRY_ASSIGN(checked, id(number, where + ".id"));
  token.id = checked;
  HADAL_TRY_ASSIGN(content, text(object, "content", where));
  if (content.empty() || content.size() > limits::token_bytes_max)
    return invalid(where + ".content",
                   fmt::format("must have 1 to {} bytes", limits::token_bytes_max));
  token.content = content;
  HADAL_TRY_ASSIGN(special, flag(object, "special", false, where));
  token.special = special;
  HADAL_TRY_ASSIGN(normalized, flag(object, "normalized", !special, where));
  token.normalized = normalized;
  HADAL_TRY_ASSIGN(lstrip, flag(object, "lstrip", false, where));
  token.lstrip = lstrip;
  HADAL_TRY_ASSIGN(rstrip, flag(object, "rstrip", false, where));
  token.rstrip = rstrip;
  HADAL_TRY_ASSIGN(single_word, flag(object, "single_word", false, where));
  token.single_word = single_word;
  return token;
}

result<void> read_added_tokens(simdjson::dom::object root, tokenizer_json& out) {
  if (is_absent(root, "added_tokens"))
    return {};
  simdjson::dom::array list;
  if (root["added_tokens"].get(list) != simdjson::SUCCESS)
    return invalid("added_tokens", "must be an array");
  std::unordered_set<token_id> ids;
  std::unordered_set<std::string> contents;
  for (simdjson::dom::element element : list) {
    const std::string where = fmt::format("added_tokens[{}]", out.added_tokens.size());
    simdjson::dom::object object;
    if (element.get(object) != simdjson::SUCCESS)
      return invalid(where, "must be an object");
    HADAL_TRY_ASSIGN(token, read_added_token(object, where));
    if (!ids.insert(token.id).second)
      return invalid(where, fmt::format("the id {} is listed twice", token.id));
    if (!contents.insert(token.content).second)
      return invalid(where, fmt::format("\"{}\" is listed twice", token.content));
    out.added_tokens.push_back(std::move(token));
  }
  return {};
}

// An added token may be in the vocabulary too, but only under the same id.
result<void> check_added_ids(simdjson::dom::object root, const tokenizer_json& out) {
  std::unordered_map<token_id, const added_token*> added;
  for (const added_token& token : out.added_tokens)
    added.emplace(token.id, &token);
  std::unordered_map<std::string_view, token_id> contents;
  for (const added_token& token : out.added_tokens)
    contents.emplace(token.content, token.id);
  simdjson::dom::object vocab;
  if (root["model"]["vocab"].get(vocab) != simdjson::SUCCESS)
    return invalid("model.vocab", "must be an object");
  std::size_t index = 0;
  for (const auto& field : vocab) {
    const token_id number = out.vocabulary[index++].id;
    const auto same_id = added.find(number);
    if (same_id != added.end() && same_id->second->content != field.key)
      return invalid("added_tokens", fmt::format("\"{}\" has the id {} of \"{}\" in the vocabulary",
                                                 same_id->second->content, number, field.key));
    const auto same_text = contents.find(field.key);
    if (same_text != contents.end() && same_text->second != number)
      return invalid("added_tokens", fmt::format("\"{}\" has the id {}, but {} in the vocabulary",
                                                 field.key, same_text->second, number));
  }
  return {};
}

// DeepSeek's files have no normalizer or an empty sequence of them.
result<void> refuse_normalizer(simdjson::dom::object root) {
  if (is_absent(root, "normalizer"))
    return {};
  simdjson::dom::object normalizer;
  if (root["normalizer"].get(normalizer) != simdjson::SUCCESS)
    return invalid("normalizer", "must be an object or null");
  HADAL_TRY_ASSIGN(type, text(normalizer, "type", "normalizer"));
  simdjson::dom::array members;
  if (type == "Sequence" && normalizer["normalizers"].get(members) == simdjson::SUCCESS) {
    if (members.size() == 0)
      return {};
    simdjson::dom::object first;
    std::string_view name = "?";
    if (members.at(0).get(first) == simdjson::SUCCESS &&
        first["type"].get(name) != simdjson::SUCCESS)
      name = "?";
    return invalid("normalizer.normalizers[0]",
                   fmt::format("the type \"{}\" is not supported", name));
  }
  return invalid("normalizer", fmt::format("the type \"{}\" is not supported", type));
}

result<void> refuse_decoder(simdjson::dom::object root) {
  if (is_absent(root, "decoder"))
    return {};
  simdjson::dom::object decoder;
  if (root["decoder"].get(decoder) != simdjson::SUCCESS)
    return invalid("decoder", "must be an object or null");
  HADAL_TRY_ASSIGN(type, text(decoder, "type", "decoder"));
  if (type != "ByteLevel")
    return invalid("decoder", fmt::format("the type \"{}\" is not supported", type));
  return {};
}

result<void> append_template_token(simdjson::dom::object processor, simdjson::dom::object item,
                                   const std::string& where, std::vector<token_id>& out) {
  HADAL_TRY_ASSIGN(name, text(item, "id", where));
  simdjson::dom::array ids;
  if (processor["special_tokens"][name]["ids"].get(ids) != simdjson::SUCCESS)
    return invalid(where, fmt::format("\"{}\" has no ids in special_tokens", name));
  for (simdjson::dom::element element : ids) {
    HADAL_TRY_ASSIGN(checked, id(element, where));
    out.push_back(checked);
  }
  return {};
}

result<void> read_template(simdjson::dom::object processor, const std::string& where,
                           tokenizer_json& out) {
  simdjson::dom::array single;
  if (processor["single"].get(single) != simdjson::SUCCESS)
    return invalid(where + ".single", "must be an array");
  bool after_text = false;
  for (simdjson::dom::element element : single) {
    simdjson::dom::object item;
    if (element["Sequence"].get(item) == simdjson::SUCCESS)
      after_text = true;
    else if (element["SpecialToken"].get(item) == simdjson::SUCCESS)
      HADAL_TRY(append_template_token(processor, item, where + ".single",
                                      after_text ? out.template_suffix : out.template_prefix));
    else
      return invalid(where + ".single", "has an item that is no SpecialToken and no Sequence");
  }
  return {};
}

result<void> read_post_processor(simdjson::dom::element element, const std::string& where,
                                 tokenizer_json& out) {
  simdjson::dom::object processor;
  if (element.get(processor) != simdjson::SUCCESS)
    return invalid(where, "must be an object or null");
  HADAL_TRY_ASSIGN(type, text(processor, "type", where));
  if (type == "ByteLevel") // changes offsets only
    return {};
  if (type == "TemplateProcessing")
    return read_template(processor, where, out);
  simdjson::dom::array members;
  if (type != "Sequence" || processor["processors"].get(members) != simdjson::SUCCESS)
    return invalid(where, fmt::format("the type \"{}\" is not supported", type));
  std::size_t index = 0;
  for (simdjson::dom::element member : members)
    HADAL_TRY(read_post_processor(member, fmt::format("{}.processors[{}]", where, index++), out));
  return {};
}

} // namespace

result<tokenizer_json> parse_tokenizer_json(std::string_view bytes) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto code = parser.parse(bytes.data(), bytes.size()).get(document))
    return fail(error_code::invalid_tokenizer,
                fmt::format("is not JSON: {}", simdjson::error_message(code)));
  simdjson::dom::object root;
  if (document.get(root) != simdjson::SUCCESS)
    return fail(error_code::invalid_tokenizer, "must be a JSON object");
  tokenizer_json out;
  HADAL_TRY(refuse_normalizer(root));
  HADAL_TRY(refuse_decoder(root));
  HADAL_TRY(read_steps(root, out));
  HADAL_TRY(read_added_tokens(root, out));
  HADAL_TRY(read_model(root, out));
  HADAL_TRY(check_added_ids(root, out));
  simdjson::dom::element processor;
  if (!is_absent(root, "post_processor") &&
      root["post_processor"].get(processor) == simdjson::SUCCESS)
    HADAL_TRY(read_post_processor(processor, "post_processor", out));
  return out;
}

} // namespace hadal::model
