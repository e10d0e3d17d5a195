#include "base/limits.hpp"
#include "model/tokenizer/byte_alphabet.hpp"
#include "model/tokenizer/tokenizer_json_parts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace hadal::model::json_parts {

namespace {

using spelling_ids = std::unordered_map<std::string_view, token_id>;

// Refuses settings that would change the result; no byte-level BPE model of DeepSeek has them.
result<void> refuse_variants(simdjson::dom::object model) {
  HADAL_TRY_ASSIGN(type, text(model, "type", "model"));
  if (type != "BPE")
    return invalid("model.type", fmt::format("\"{}\" is not supported, only \"BPE\" is", type));
  for (std::string_view key : {"byte_fallback", "fuse_unk"}) {
    HADAL_TRY_ASSIGN(on, flag(model, key, false, "model"));
    if (on)
      return invalid(fmt::format("model.{}", key), "true is not supported");
  }
  for (std::string_view key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    std::string_view value;
    if (!is_absent(model, key) && (model[key].get(value) != simdjson::SUCCESS || !value.empty()))
      return invalid(fmt::format("model.{}", key), "is not supported");
  }
  double dropout = 0;
  if (!is_absent(model, "dropout") &&
      (model["dropout"].get(dropout) != simdjson::SUCCESS || dropout != 0))
    return invalid("model.dropout", "is not supported");
  return {};
}

result<spelling_ids> read_vocabulary(simdjson::dom::object model, tokenizer_json& out) {
  simdjson::dom::object vocab;
  if (model["vocab"].get(vocab) != simdjson::SUCCESS)
    return invalid("model.vocab", "must be an object");
  spelling_ids ids;
  std::vector<std::string_view> spellings; // by id; empty where there is no entry
  ids.reserve(vocab.size());
  out.vocabulary.reserve(vocab.size());
  for (const auto& [spelling, value] : vocab) {
    HADAL_TRY_ASSIGN(number, id(value, "model.vocab"));
    if (spelling.empty())
      return invalid("model.vocab", "has an entry without text");
    if (spelling.size() > limits::token_bytes_max)
      return invalid("model.vocab", fmt::format("the entry of id {} is longer than {} bytes",
                                                number, limits::token_bytes_max));
    if (!ids.emplace(spelling, number).second)
      return invalid("model.vocab", fmt::format("\"{}\" is listed twice", spelling));
    const auto place = static_cast<std::size_t>(number);
    if (place >= spellings.size())
      spellings.resize(std::max(place + 1, spellings.size() * 2));
    if (!spellings[place].empty())
      return invalid("model.vocab", fmt::format("\"{}\" and \"{}\" have the same id {}",
                                                spellings[place], spelling, number));
    spellings[place] = spelling;
    out.vocabulary.push_back({number, bytes_of_spelling(spelling).value_or(std::string(spelling))});
  }
  return ids;
}

result<void> read_byte_tokens(simdjson::dom::object model, const spelling_ids& ids,
                              tokenizer_json& out) {
  token_id unknown = -1;
  if (!is_absent(model, "unk_token")) {
    HADAL_TRY_ASSIGN(unk, text(model, "unk_token", "model"));
    const auto known = ids.find(unk);
    if (known == ids.end())
      return invalid("model.unk_token", fmt::format("\"{}\" is not in the vocabulary", unk));
    unknown = known->second;
  }
  for (int b = 0; b < 256; ++b) {
    const char byte = static_cast<char>(b);
    const std::string spelling = spelling_of_bytes(std::string_view(&byte, 1));
    const auto known = ids.find(spelling);
    out.byte_tokens[static_cast<std::size_t>(b)] = known != ids.end() ? known->second : unknown;
  }
  return {};
}

// A rule is "left right" or ["left", "right"].
result<std::pair<std::string_view, std::string_view>> sides_of(simdjson::dom::element rule,
                                                               std::size_t index) {
  const auto where = [index] { return fmt::format("model.merges[{}]", index); };
  std::string_view both;
  if (rule.get(both) == simdjson::SUCCESS) {
    const std::size_t space = both.find(' ');
    if (space == std::string_view::npos || both.find(' ', space + 1) != std::string_view::npos)
      return invalid(where(), fmt::format("\"{}\" is not two texts and one space", both));
    return std::pair(both.substr(0, space), both.substr(space + 1));
  }
  simdjson::dom::array pair;
  std::string_view left;
  std::string_view right;
  if (rule.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
      pair.at(0).get(left) != simdjson::SUCCESS || pair.at(1).get(right) != simdjson::SUCCESS)
    return invalid(where(), "must be a string or an array of two strings");
  return std::pair(left, right);
}

result<void> read_merges(simdjson::dom::object model, const spelling_ids& ids,
                         tokenizer_json& out) {
  simdjson::dom::array rules;
  if (model["merges"].get(rules) != simdjson::SUCCESS)
    return invalid("model.merges", "must be an array");
  out.merges.reserve(rules.size());
  std::string merged;
  for (simdjson::dom::element rule : rules) {
    const std::size_t index = out.merges.size();
    HADAL_TRY_ASSIGN(sides, sides_of(rule, index));
    merged.assign(sides.first).append(sides.second);
    bpe::merge_rule found{};
    for (auto [spelling, target] :
         {std::pair(sides.first, &found.left), std::pair(sides.second, &found.right),
          std::pair(std::string_view(merged), &found.merged)}) {
      const auto known = ids.find(spelling);
      if (known == ids.end())
        return invalid(fmt::format("model.merges[{}]", index),
                       fmt::format("\"{}\" is not in the vocabulary", spelling));
      *target = known->second;
    }
    out.merges.push_back(found);
  }
  return {};
}

} // namespace

result<void> read_model(simdjson::dom::object root, tokenizer_json& out) {
  simdjson::dom::object model;
  if (root["model"].get(model) != simdjson::SUCCESS)
    return invalid("model", "must be an object");
  HADAL_TRY(refuse_variants(model));
  HADAL_TRY_ASSIGN(ids, read_vocabulary(model, out));
  HADAL_TRY(read_byte_tokens(model, ids, out));
  HADAL_TRY(read_merges(model, ids, out));
  HADAL_TRY_ASSIGN(ignore_merges, flag(model, "ignore_merges", false, "model"));
  out.ignore_merges = ignore_merges;
  return {};
}

} // namespace hadal::model::json_parts
