#include "model/grammar/json_text.hpp"

#include "base/json_string.hpp"
#include "base/utf8.hpp"
#include "model/grammar/regex_pattern.hpp"
#include "model/grammar/text_lengths.hpp"

#include <map>

namespace hadal::model {

namespace {

using kind_type = json_value::kind_type;

constexpr const char* blank_pattern = R"((?: |\r?\n[ \t]{0,32})?)";
constexpr const char* integer_pattern = R"(-?(?:0|[1-9][0-9]{0,17}))";
constexpr const char* number_pattern =
    R"(-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?)";
// Escapes; surrogates only as pairs.
constexpr const char* escape_pattern =
    R"(\\(?:["\\/bfnrt]|u(?:[0-9a-cA-CeEfF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|)"
    R"([dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})))";

} // namespace

std::string quoted_json(std::string_view text) {
  std::string out;
  append_json_string(out, text, json_escapes::required);
  return out;
}

result<expression_id> json_text::regex(std::string_view pattern) {
  HADAL_TRY_ASSIGN(machine, compile_regex(pattern, regex_extent::whole, budget_));
  return rules_.automaton(std::move(machine));
}

result<rule_id> json_text::blank() {
  if (!blank_) {
    HADAL_TRY_ASSIGN(body, regex(blank_pattern));
    blank_ = rules_.add_rule("blank");
    rules_.define(*blank_, body);
  }
  return *blank_;
}

result<expression_id> json_text::integer() {
  if (!integer_) {
    HADAL_TRY_ASSIGN(body, regex(integer_pattern));
    integer_ = body;
  }
  return *integer_;
}

result<expression_id> json_text::number() {
  if (!number_) {
    HADAL_TRY_ASSIGN(body, regex(number_pattern));
    number_ = body;
  }
  return *number_;
}

result<expression_id> json_text::character() {
  if (!character_) {
    HADAL_TRY_ASSIGN(escape, regex(escape_pattern));
    const auto plain =
        rules_.code_points(difference(every_code_point(), {{0, 0x1F}, {'"', '"'}, {'\\', '\\'}}));
    character_ = rules_.choice({plain, escape});
  }
  return *character_;
}

result<rule_id> json_text::string() {
  if (!string_) {
    HADAL_TRY_ASSIGN(one, character());
    string_ = rules_.add_rule("string");
    rules_.define(*string_, rules_.sequence({rules_.text("\""),
                                             rules_.repeat(one, 0, grammar_rules::unbounded),
                                             rules_.text("\"")}));
  }
  return *string_;
}

result<rule_id> json_text::value() {
  if (!value_) {
    value_ = rules_.add_rule("value");
    HADAL_TRY_ASSIGN(text, string());
    HADAL_TRY_ASSIGN(any_number, number());
    HADAL_TRY_ASSIGN(space, blank());
    HADAL_TRY_ASSIGN(members, object());
    const auto gap = rules_.call(space);
    const auto item = rules_.call(*value_);
    const auto more = rules_.sequence({gap, rules_.text(","), gap, item});
    const auto items =
        rules_.sequence({gap, item, rules_.repeat(more, 0, grammar_rules::unbounded)});
    const auto array = rules_.add_rule("array");
    rules_.define(
        array, rules_.sequence({rules_.text("["), rules_.optional(items), gap, rules_.text("]")}));
    rules_.define(*value_, rules_.choice({rules_.call(text), any_number, rules_.call(members),
                                          rules_.call(array), rules_.text("true"),
                                          rules_.text("false"), rules_.text("null")}));
  }
  return *value_;
}

result<rule_id> json_text::object() {
  if (!object_) {
    object_ = rules_.add_rule("object");
    HADAL_TRY_ASSIGN(key, name());
    HADAL_TRY_ASSIGN(space, blank());
    HADAL_TRY_ASSIGN(any, value());
    const auto gap = rules_.call(space);
    const auto member = rules_.sequence({key, gap, rules_.text(":"), gap, rules_.call(any)});
    const auto more = rules_.sequence({gap, rules_.text(","), gap, member});
    const auto members =
        rules_.sequence({gap, member, rules_.repeat(more, 0, grammar_rules::unbounded)});
    rules_.define(*object_, rules_.sequence({rules_.text("{"), rules_.optional(members), gap,
                                             rules_.text("}")}));
  }
  return *object_;
}

result<expression_id> json_text::literal(const json_value& value) {
  HADAL_TRY(budget_.spend(4 + value.text.size()));
  switch (value.kind) {
  case kind_type::null: return rules_.text("null");
  case kind_type::boolean:
  case kind_type::number: return rules_.text(value.text);
  case kind_type::string: return rules_.text(quoted_json(value.text));
  default: break;
  }
  const bool is_object = value.kind == kind_type::object;
  HADAL_TRY_ASSIGN(space, blank());
  const auto gap = rules_.call(space);
  std::vector<expression_id> parts{rules_.text(is_object ? "{" : "["), gap};
  for (std::size_t i = 0; i < value.values.size(); ++i) {
    if (i > 0)
      parts.insert(parts.end(), {gap, rules_.text(","), gap});
    if (is_object)
      parts.insert(parts.end(),
                   {rules_.text(quoted_json(value.keys[i])), gap, rules_.text(":"), gap});
    HADAL_TRY_ASSIGN(one, literal(value.values[i]));
    parts.push_back(one);
  }
  if (!value.values.empty())
    parts.push_back(gap);
  parts.push_back(rules_.text(is_object ? "}" : "]"));
  return rules_.sequence(std::move(parts));
}

result<expression_id> json_text::string_of(const dfa& characters) {
  HADAL_TRY_ASSIGN(machine, quoted(characters, no_mark));
  return rules_.automaton(std::move(machine));
}

result<expression_id> json_text::string_of(const dfa& characters, std::uint32_t most) {
  HADAL_TRY_ASSIGN(machine, quoted(characters, character_mark));
  // The quote leads to the first mark: no character has been read yet.
  return rules_.counted(std::move(machine), most + 1);
}

result<dfa> json_text::free_name(const dfa& characters) {
  return quoted(characters, name_mark);
}

result<expression_id> json_text::name() {
  if (!name_) {
    HADAL_TRY_ASSIGN(any, compile_regex(R"([\s\S\d\D]*)", regex_extent::whole, budget_));
    HADAL_TRY_ASSIGN(machine, free_name(any));
    name_ = rules_.automaton(std::move(machine));
  }
  return *name_;
}

/// `mark` is set on all states between the quotes; character_mark only on those between
/// characters.
result<dfa> json_text::quoted(const dfa& characters, state_mark mark) {
  nfa out;
  out.start = out.add_state();
  out.accept = out.add_state();
  const auto open = out.add_state();
  const auto close = out.add_state();
  out.connect_bytes(out.start, open, "\"");
  out.connect_bytes(close, out.accept, "\"");
  const auto base = static_cast<state_id>(out.states.size());
  for (const auto& s : characters.states) {
    HADAL_TRY(budget_.spend(1 + s.bytes.size()));
    const auto state = out.add_state();
    if (mark == character_mark &&
        (s.bytes.empty() || !continues_code_point(static_cast<char>(s.bytes.front().lowest))))
      out.states[state].marks = mark;
    if (s.accepts)
      out.connect(state, close);
  }
  if (!characters.empty())
    out.connect(open, base);
  // States after a backslash, one for every target and set of characters that lead to it.
  std::map<std::pair<state_id, std::string>, state_id> escapes;
  for (std::size_t i = 0; i < characters.states.size(); ++i) {
    const auto from = base + static_cast<state_id>(i);
    std::map<state_id, std::string> to_escape; // by target
    for (const auto& e : characters.states[i].bytes)
      for (unsigned low = e.lowest; low <= e.highest;) {
        unsigned high = low;
        if (needs_json_escape(static_cast<char>(low))) {
          to_escape[base + e.to] += static_cast<char>(low);
        } else {
          while (high < e.highest && !needs_json_escape(static_cast<char>(high + 1)))
            ++high;
          out.states[from].bytes.push_back(
              {static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high), base + e.to});
        }
        low = high + 1;
      }
    for (const auto& [to, bytes] : to_escape) {
      const auto [entry, added] = escapes.emplace(std::pair(to, bytes), state_id{});
      if (added) {
        HADAL_TRY(budget_.spend(8 * bytes.size()));
        entry->second = out.add_state();
        for (const char& c : bytes) {
          std::string escape;
          append_json_characters(escape, {&c, 1}, json_escapes::required);
          out.connect_bytes(entry->second, to, escape.substr(1));
        }
      }
      out.connect_bytes(from, entry->second, "\\");
    }
    HADAL_TRY(check_size(out));
  }
  if (mark == name_mark) {
    out.states[out.accept].marks = name_end_mark;
    for (auto s = base; s < out.states.size(); ++s)
      out.states[s].marks = mark;
  }
  return determinize(out, budget_);
}

} // namespace hadal::model
