#include "model/tokenizer/tokenizer_json_parts.hpp"

#include <fmt/core.h>

namespace hadal::model::json_parts {

namespace {

result<split_behavior> behavior_of(std::string_view name, std::string_view where) {
  for (auto [known, behavior] :
       {std::pair<std::string_view, split_behavior>("Isolated", split_behavior::isolated),
        std::pair<std::string_view, split_behavior>("Removed", split_behavior::removed),
        std::pair<std::string_view, split_behavior>("MergedWithPrevious",
                                                    split_behavior::merged_with_previous),
        std::pair<std::string_view, split_behavior>("MergedWithNext",
                                                    split_behavior::merged_with_next),
        std::pair<std::string_view, split_behavior>("Contiguous", split_behavior::contiguous)})
    if (name == known)
      return behavior;
  return invalid(where, fmt::format("the behavior \"{}\" is not known", name));
}

result<pre_tokenizer_step> read_split(simdjson::dom::object object, const std::string& where) {
  HADAL_TRY_ASSIGN(name, text(object, "behavior", where));
  HADAL_TRY_ASSIGN(behavior, behavior_of(name, where));
  HADAL_TRY_ASSIGN(invert, flag(object, "invert", false, where));
  simdjson::dom::object pattern;
  if (object["pattern"].get(pattern) != simdjson::SUCCESS)
    return invalid(where + ".pattern", "must be an object with \"Regex\" or \"String\"");
  std::string_view literal;
  if (pattern["String"].get(literal) == simdjson::SUCCESS) {
    if (literal.empty())
      return invalid(where + ".pattern", "an empty String cuts nothing");
    return split_step{std::string(literal), behavior, invert};
  }
  std::string_view expression;
  if (pattern["Regex"].get(expression) != simdjson::SUCCESS)
    return invalid(where + ".pattern", "must be an object with \"Regex\" or \"String\"");
  auto compiled = regex::compile(expression);
  if (!compiled)
    return invalid(where + ".pattern.Regex", compiled.error().message);
  return split_step{std::move(*compiled), behavior, invert};
}

result<pre_tokenizer_step> read_byte_level(simdjson::dom::object object, const std::string& where) {
  byte_level_step step;
  HADAL_TRY_ASSIGN(add_prefix_space, flag(object, "add_prefix_space", true, where));
  step.add_prefix_space = add_prefix_space;
  HADAL_TRY_ASSIGN(use_regex, flag(object, "use_regex", true, where));
  if (use_regex) {
    HADAL_TRY_ASSIGN(pattern, regex::compile(byte_level_pattern));
    step.pattern = std::move(pattern);
  }
  return step;
}

bool ends_in_byte_level(const std::vector<pre_tokenizer_step>& steps) {
  return !steps.empty() && std::holds_alternative<byte_level_step>(steps.back());
}

result<void> read_step(simdjson::dom::element element, const std::string& where,
                       std::vector<pre_tokenizer_step>& steps) {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS)
    return invalid(where, "must be an object");
  HADAL_TRY_ASSIGN(type, text(object, "type", where));
  if (type == "Sequence") {
    simdjson::dom::array members;
    if (object["pretokenizers"].get(members) != simdjson::SUCCESS)
      return invalid(where + ".pretokenizers", "must be an array");
    std::size_t index = 0;
    for (simdjson::dom::element member : members)
      HADAL_TRY(read_step(member, fmt::format("{}.pretokenizers[{}]", where, index++), steps));
    return {};
  }
  if (ends_in_byte_level(steps))
    return invalid(where, fmt::format("\"{}\" after \"ByteLevel\" is not supported", type));
  if (type == "Split") {
    HADAL_TRY_ASSIGN(step, read_split(object, where));
    steps.push_back(std::move(step));
  } else if (type == "Digits") {
    HADAL_TRY_ASSIGN(individual_digits, flag(object, "individual_digits", false, where));
    steps.push_back(digits_step{individual_digits});
  } else if (type == "ByteLevel") {
    HADAL_TRY_ASSIGN(step, read_byte_level(object, where));
    steps.push_back(std::move(step));
  } else {
    return invalid(where, fmt::format("the type \"{}\" is not supported", type));
  }
  return {};
}

} // namespace

result<void> read_steps(simdjson::dom::object root, tokenizer_json& out) {
  simdjson::dom::element element;
  if (!is_absent(root, "pre_tokenizer") && root["pre_tokenizer"].get(element) == simdjson::SUCCESS)
    HADAL_TRY(read_step(element, "pre_tokenizer", out.steps));
  if (!ends_in_byte_level(out.steps))
    return invalid("pre_tokenizer", "must end in a \"ByteLevel\" step");
  return {};
}

} // namespace hadal::model::json_parts
