#include "model/grammar/structural_tag.hpp"

#include "model/grammar/json_schema.hpp"
#include "model/grammar/regex_pattern.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>
#include <variant>

namespace hadal::model {

namespace {

using kind_type = json_value::kind_type;

/// A text split into bytes and added tokens.
using markup = std::vector<std::variant<std::string, token_id>>;

class tag_reader {
public:
  tag_reader(grammar_rules& rules, const token_vocabulary& vocabulary, compile_budget& budget)
    : rules_(rules), vocabulary_(vocabulary), budget_(budget), json_(rules, budget) {}

  result<void> run(json_value source) {
    const auto root = rules_.add_rule("the structural tag");
    HADAL_TRY_ASSIGN(body, read_whole(source));
    rules_.define(root, body);
    rules_.set_root(root);
    return {};
  }

private:
  struct tag {
    std::string begin;
    expression_id content = 0;
    std::string end;
  };
  struct tag_set {
    std::vector<tag> tags;
    bool at_least_one = false;
    bool stop_after_first = false;
  };

  static tl::unexpected<error> refused(std::string_view member, std::string_view what) {
    return fail(error_code::invalid_request, fmt::format("`{}` {}", member, what));
  }

  static result<std::string> text_of(const json_value& object, std::string_view member) {
    const auto* value = object.find(member);
    if (!value || value->kind != kind_type::string)
      return refused(member, "must be a string");
    return value->text;
  }

  static result<bool> flag_of(const json_value& object, std::string_view member) {
    const auto* value = object.find(member);
    if (!value)
      return false;
    if (value->kind != kind_type::boolean)
      return refused(member, "must be true or false");
    return value->text == "true";
  }

  static result<const std::vector<json_value>*> list_of(const json_value& object,
                                                        std::string_view member) {
    const auto* value = object.find(member);
    if (!value || value->kind != kind_type::array || value->values.empty())
      return refused(member, "must be an array that is not empty");
    return &value->values;
  }

  result<expression_id> read_whole(const json_value& source) {
    if (const auto* format = source.find("format"))
      return read_format(*format, 0);
    HADAL_TRY_ASSIGN(structures, list_of(source, "structures"));
    tag_set set;
    for (const auto& one : *structures) {
      tag t;
      HADAL_TRY_ASSIGN(begin, text_of(one, "begin"));
      HADAL_TRY_ASSIGN(end, text_of(one, "end"));
      const auto* schema = one.find("schema");
      if (!schema)
        return refused("schema", "is missing");
      HADAL_TRY_ASSIGN(content, add_json_schema(json_, *schema));
      set.tags.push_back({begin, rules_.call(content), end});
    }
    HADAL_TRY_ASSIGN(at_least_one, flag_of(source, "at_least_one"));
    set.at_least_one = at_least_one;
    HADAL_TRY_ASSIGN(stop_after_first, flag_of(source, "stop_after_first"));
    set.stop_after_first = stop_after_first;
    return triggered(source, set);
  }

  result<expression_id> read_format(const json_value& format, std::size_t depth) {
    HADAL_TRY(budget_.spend(64));
    HADAL_TRY_ASSIGN(type, text_of(format, "type"));
    if (type == "const_string") {
      HADAL_TRY_ASSIGN(value, text_of(format, "value"));
      return literal(value);
    }
    if (type == "any_text")
      return rules_.repeat(any_byte(), 0, grammar_rules::unbounded);
    if (type == "json_schema") {
      const auto* schema = format.find("json_schema");
      if (!schema)
        return refused("json_schema", "is missing");
      HADAL_TRY_ASSIGN(rule, add_json_schema(json_, *schema));
      return rules_.call(rule);
    }
    if (type == "regex") {
      HADAL_TRY_ASSIGN(pattern, text_of(format, "pattern"));
      HADAL_TRY_ASSIGN(machine, compile_regex(pattern, regex_extent::whole, budget_));
      return rules_.automaton(std::move(machine));
    }
    if (type == "sequence" || type == "or") {
      HADAL_TRY_ASSIGN(elements, list_of(format, "elements"));
      std::vector<expression_id> parts;
      for (const auto& element : *elements) {
        HADAL_TRY_ASSIGN(one, read_format(element, depth + 1));
        parts.push_back(one);
      }
      return type == "or" ? rules_.choice(std::move(parts)) : rules_.sequence(std::move(parts));
    }
    if (type == "tag") {
      HADAL_TRY_ASSIGN(one, read_tag(format, depth));
      return whole_tag(one);
    }
    if (type == "triggered_tags") {
      HADAL_TRY_ASSIGN(set, read_tags(format, depth));
      return triggered(format, set);
    }
    if (type == "tags_with_separator") {
      HADAL_TRY_ASSIGN(set, read_tags(format, depth));
      return separated(format, set);
    }
    return refused("type", fmt::format("\"{}\" is not known", type.substr(0, 40)));
  }

  result<tag> read_tag(const json_value& format, std::size_t depth) {
    HADAL_TRY_ASSIGN(begin, text_of(format, "begin"));
    HADAL_TRY_ASSIGN(end, text_of(format, "end"));
    const auto* inside = format.find("content");
    if (!inside)
      return refused("content", "is missing");
    HADAL_TRY_ASSIGN(content, read_format(*inside, depth + 1));
    return tag{begin, content, end};
  }

  result<tag_set> read_tags(const json_value& format, std::size_t depth) {
    tag_set set;
    HADAL_TRY_ASSIGN(tags, list_of(format, "tags"));
    for (const auto& one : *tags) {
      HADAL_TRY_ASSIGN(read, read_tag(one, depth));
      set.tags.push_back(std::move(read));
    }
    HADAL_TRY_ASSIGN(at_least_one, flag_of(format, "at_least_one"));
    set.at_least_one = at_least_one;
    HADAL_TRY_ASSIGN(stop_after_first, flag_of(format, "stop_after_first"));
    set.stop_after_first = stop_after_first;
    return set;
  }

  result<expression_id> whole_tag(const tag& t) {
    HADAL_TRY_ASSIGN(begin, literal(t.begin));
    HADAL_TRY_ASSIGN(end, literal(t.end));
    return rules_.sequence({begin, t.content, end});
  }

  result<expression_id> any_tag(const tag_set& set) {
    std::vector<expression_id> choices;
    for (const auto& t : set.tags) {
      HADAL_TRY_ASSIGN(one, whole_tag(t));
      choices.push_back(one);
    }
    const auto rule = rules_.add_rule("a tag");
    rules_.define(rule, rules_.choice(std::move(choices)));
    return rules_.call(rule);
  }

  result<expression_id> separated(const json_value& format, const tag_set& set) {
    HADAL_TRY_ASSIGN(between, text_of(format, "separator"));
    HADAL_TRY_ASSIGN(separator, literal(between));
    HADAL_TRY_ASSIGN(one, any_tag(set));
    auto all = one;
    if (!set.stop_after_first)
      all = rules_.sequence(
          {one, rules_.repeat(rules_.sequence({separator, one}), 0, grammar_rules::unbounded)});
    return set.at_least_one ? all : rules_.optional(all);
  }

  /// Free text in which the rest of a tag must follow a complete trigger.
  result<expression_id> triggered(const json_value& format, const tag_set& set) {
    HADAL_TRY_ASSIGN(triggers, list_of(format, "triggers"));
    nfa out;
    out.start = out.add_state();
    out.accept = out.start; // free text may end anywhere
    out.states[out.start].bytes.push_back({0, 255, out.start});
    std::vector<bool> reached(set.tags.size(), false);
    for (const auto& trigger : *triggers) {
      if (trigger.kind != kind_type::string || trigger.text.empty())
        return refused("triggers", "must be strings that are not empty");
      HADAL_TRY_ASSIGN(rest, rest_of_tags(set, trigger.text, reached));
      auto at = out.start;
      for (const auto& part : split(trigger.text)) {
        const auto next = out.add_state();
        if (const auto* bytes = std::get_if<std::string>(&part))
          out.connect_bytes(at, next, *bytes);
        else
          out.states[at].symbols.push_back(
              {grammar_rules::token_symbol(std::get<token_id>(part)), next});
        at = next;
      }
      out.states[at].symbols.push_back({grammar_rules::call_symbol(rest), out.start});
      // The text of a token, spelled by other tokens, may be read as markup but is not constrained.
      for (std::size_t i = 0; i < trigger.text.size(); ++i)
        if (const auto* token = vocabulary_.added_at(std::string_view(trigger.text).substr(i))) {
          const auto spelled = out.add_state();
          out.connect_bytes(out.start, spelled, token->content);
          out.states[spelled].symbols.push_back({grammar_rules::call_symbol(never()), out.start});
        }
    }
    if (std::find(reached.begin(), reached.end(), false) != reached.end())
      return refused("triggers", "must be the beginning of every tag");
    HADAL_TRY_ASSIGN(text, determinize(out, budget_));
    if (set.stop_after_first)
      text.states.push_back({{}, {}, true});
    for (auto& state : text.states) {
      const auto is_token = [](const symbol_edge& e) {
        return grammar_rules::is_token_symbol(e.symbol);
      };
      if (std::all_of(state.symbols.begin(), state.symbols.end(), is_token))
        continue;
      // After a complete trigger only the rest of a tag may follow, no other text and no end.
      state.accepts = false;
      state.bytes.clear();
      std::erase_if(state.symbols, is_token);
      for (auto& edge : state.symbols)
        edge.to = set.stop_after_first ? static_cast<state_id>(text.states.size() - 1) : 0;
    }
    const auto free = rules_.automaton(std::move(text));
    if (!set.at_least_one)
      return free;
    HADAL_TRY_ASSIGN(first, any_tag(set));
    return set.stop_after_first ? first : rules_.sequence({first, free});
  }

  result<rule_id> rest_of_tags(const tag_set& set, std::string_view trigger,
                               std::vector<bool>& reached) {
    std::vector<expression_id> choices;
    for (std::size_t i = 0; i < set.tags.size(); ++i) {
      if (!set.tags[i].begin.starts_with(trigger))
        continue;
      reached[i] = true;
      auto rest = set.tags[i];
      rest.begin.erase(0, trigger.size());
      HADAL_TRY_ASSIGN(one, whole_tag(rest));
      choices.push_back(one);
    }
    if (choices.empty())
      return refused("triggers", "must be the beginning of a tag");
    const auto rule = rules_.add_rule("the rest of a tag");
    rules_.define(rule, rules_.choice(std::move(choices)));
    return rule;
  }

  /// A rule that matches nothing.
  rule_id never() {
    const auto rule = rules_.add_rule("nothing");
    rules_.define(rule, rules_.choice({}));
    return rule;
  }

  expression_id any_byte() {
    dfa one;
    one.states = {{{{0, 255, 1}}, {}, false}, {{}, {}, true}};
    return rules_.automaton(std::move(one));
  }

  result<expression_id> literal(std::string_view text) {
    HADAL_TRY(budget_.spend(text.size()));
    std::vector<expression_id> parts;
    for (const auto& part : split(text))
      if (const auto* bytes = std::get_if<std::string>(&part))
        parts.push_back(rules_.text(*bytes));
      else
        parts.push_back(rules_.token(std::get<token_id>(part)));
    return rules_.sequence(std::move(parts));
  }

  markup split(std::string_view text) const {
    markup out;
    std::string bytes;
    for (std::size_t at = 0; at < text.size();) {
      const auto* found = vocabulary_.added_at(text.substr(at));
      if (!found) {
        bytes += text[at++];
        continue;
      }
      if (!bytes.empty())
        out.emplace_back(std::exchange(bytes, {}));
      out.emplace_back(found->id);
      at += found->content.size();
    }
    if (!bytes.empty())
      out.emplace_back(std::move(bytes));
    return out;
  }

  grammar_rules& rules_;
  const token_vocabulary& vocabulary_;
  compile_budget& budget_;
  json_text json_;
};

} // namespace

result<void> add_structural_tag(grammar_rules& rules, std::string_view text,
                                const token_vocabulary& vocabulary, compile_budget& budget) {
  auto source = parse_json_value(text, number_spelling::as_written);
  if (!source)
    return fail(error_code::invalid_request,
                fmt::format("the structural tag is not JSON: {}", source.error().message));
  return tag_reader(rules, vocabulary, budget).run(std::move(*source));
}

} // namespace hadal::model
