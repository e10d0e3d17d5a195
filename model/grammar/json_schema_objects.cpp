#include "model/grammar/json_schema_rules.hpp"
#include "model/grammar/regex_pattern.hpp"
#include "model/grammar/text_lengths.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace hadal::model {

namespace {

/// Exactly these strings.
result<dfa> exactly(const std::vector<std::string>& texts, compile_budget& budget) {
  nfa out;
  out.start = out.add_state();
  out.accept = out.add_state();
  for (const auto& text : texts) {
    HADAL_TRY(budget.spend(1 + text.size()));
    out.connect_bytes(out.start, out.accept, text);
  }
  return determinize(out, budget);
}

// Up to this bound members are counted by states, beyond it by a repetition.
constexpr std::uint32_t members_in_states_max = 16;

/// Writes the members of an object; the members read so far decide what may follow.
class member_writer {
public:
  member_writer(nfa& out, rule_id blank, std::size_t named, std::uint32_t count_cap)
    : out_(out), blank_(blank), named_(named), count_cap_(count_cap) {}

  /// Progress: named members decided on, and members written (capped at the largest bound).
  struct place {
    std::size_t next = 0;
    std::uint32_t written = 0;
    auto operator<=>(const place&) const = default;
  };

  state_id state_of(const place& p) {
    const auto [entry, added] = states_.emplace(p, 0);
    if (added) {
      entry->second = out_.add_state();
      order_.push_back(p);
    }
    return entry->second;
  }
  const std::vector<place>& order() const { return order_; }

  place after(place p, bool named) const {
    p.written = std::min(p.written + 1, count_cap_);
    p.next = named ? p.next + 1 : named_;
    return p;
  }

  /// `"key": value` and the comma before it.
  void add_member(const place& from, const dfa& key, rule_id value, const place& to) {
    auto at = step_blank(state_of(from));
    if (from.written > 0) {
      const auto comma = out_.add_state();
      out_.connect_bytes(at, comma, ",");
      at = step_blank(comma);
    }
    const auto name_end = out_.add_state();
    embed(out_, at, name_end, key);
    const auto colon = out_.add_state();
    out_.connect_bytes(step_blank(name_end), colon, ":");
    const auto end = state_of(to);
    out_.states[step_blank(colon)].symbols.push_back({grammar_rules::call_symbol(value), end});
  }

  void close(const place& from) { close(state_of(from)); }

  /// The remaining members and the end.
  void close_after(const place& from, rule_id rest) {
    const auto end = out_.add_state();
    out_.states[state_of(from)].symbols.push_back({grammar_rules::call_symbol(rest), end});
    close(end);
  }

private:
  void close(state_id from) { out_.connect_bytes(step_blank(from), out_.accept, "}"); }

  state_id step_blank(state_id from) {
    const auto to = out_.add_state();
    out_.states[from].symbols.push_back({grammar_rules::call_symbol(blank_), to});
    return to;
  }

  nfa& out_;
  rule_id blank_;
  std::size_t named_;
  std::uint32_t count_cap_;
  std::map<place, state_id> states_;
  std::vector<place> order_;
};

} // namespace

result<expression_id> json_schema_rules::object(const schema_shape& shape) {
  if (shape.properties.empty() && shape.required.empty() && shape.pattern_properties.empty() &&
      shape.additional.empty() && shape.names.empty() && shape.properties_min == 0 &&
      !shape.properties_max) {
    HADAL_TRY_ASSIGN(any, json_.object());
    return rules_.call(any);
  }
  HADAL_TRY_ASSIGN(plan, plan_members(shape));
  return write_members(shape, plan);
}

result<std::optional<dfa>> json_schema_rules::allowed_names(const schema_shape& shape) {
  std::optional<dfa> all;
  if (shape.names.empty())
    return all;
  HADAL_TRY_ASSIGN(shapes, document_.shapes_of(shape.names, budget_));
  for (const auto& one : shapes) {
    if ((one.types & schema_shape::string_type) == 0)
      continue;
    if (all)
      return fail(schema_error(shape.path, "propertyNames", "may not have alternatives"));
    HADAL_TRY_ASSIGN(form, characters(one));
    HADAL_TRY_ASSIGN(whole, written_out(one, std::move(form)));
    auto machine = std::move(whole.texts);
    if (one.values) {
      std::vector<std::string> texts;
      for (const auto* value : *one.values)
        if (value->kind == json_value::kind_type::string)
          texts.push_back(value->text);
      HADAL_TRY_ASSIGN(listed, exactly(texts, budget_));
      HADAL_TRY_ASSIGN(both, intersection(machine, listed, budget_));
      machine = std::move(both);
    }
    all = std::move(machine);
  }
  if (!all)
    all = dfa{};
  return all;
}

result<json_schema_rules::member_plan> json_schema_rules::plan_members(const schema_shape& shape) {
  member_plan plan;
  plan.least = shape.properties_min;
  plan.most = shape.properties_max.value_or(UINT32_MAX);
  HADAL_TRY_ASSIGN(names, allowed_names(shape));
  HADAL_TRY(plan_named(shape, names, plan));
  HADAL_TRY(plan_others(shape, names, plan));
  return plan;
}

result<void> json_schema_rules::plan_named(const schema_shape& shape,
                                           const std::optional<dfa>& names, member_plan& plan) {
  auto properties = shape.properties;
  for (const auto& name : shape.required)
    if (std::none_of(properties.begin(), properties.end(),
                     [&](const auto& p) { return p.name == name; }))
      properties.push_back({name, {}});
  std::vector<dfa> patterns;
  for (const auto& p : shape.pattern_properties) {
    auto machine = compile_regex(p.text, regex_extent::search, budget_);
    if (!machine)
      return fail(keyword_failure(p.path, "patternProperties", machine.error()));
    patterns.push_back(std::move(*machine));
  }
  for (std::size_t i = 0; i < properties.size(); ++i) {
    auto& p = properties[i];
    HADAL_TRY(budget_.spend(16 + p.name.size()));
    bool bound = i < shape.properties.size();
    for (std::size_t k = 0; k < patterns.size(); ++k)
      if (patterns[k].matches(p.name)) {
        p.schemas.insert(p.schemas.end(), shape.pattern_properties[k].schemas.begin(),
                         shape.pattern_properties[k].schemas.end());
        bound = true;
      }
    if (!bound)
      p.schemas = shape.additional;
    member m;
    m.required =
        std::find(shape.required.begin(), shape.required.end(), p.name) != shape.required.end();
    if (!names || names->matches(p.name)) {
      HADAL_TRY_ASSIGN(key, exactly({quoted_json(p.name)}, budget_));
      m.key = std::move(key);
    } // else no such name may be: an empty automaton
    HADAL_TRY_ASSIGN(value, rule_of(p.schemas));
    m.value = value;
    plan.named.push_back(std::move(m));
  }
  return {};
}

result<void> json_schema_rules::plan_others(const schema_shape& shape,
                                            const std::optional<dfa>& names, member_plan& plan) {
  HADAL_TRY_ASSIGN(closed, is_never(shape.additional));
  if (closed && shape.pattern_properties.empty())
    return {};
  std::vector<std::string> taken = shape.required;
  for (const auto& p : shape.properties)
    taken.push_back(p.name);
  HADAL_TRY_ASSIGN(all, compile_regex(R"([\s\S\d\D]*)", regex_extent::whole, budget_));
  HADAL_TRY_ASSIGN(listed, exactly(taken, budget_));
  HADAL_TRY_ASSIGN(unlisted, difference(names ? *names : all, listed, budget_));
  std::vector<dfa> seen;
  auto free = unlisted;
  for (const auto& p : shape.pattern_properties) {
    HADAL_TRY_ASSIGN(machine, compile_regex(p.text, regex_extent::search, budget_));
    HADAL_TRY_ASSIGN(keys, intersection(unlisted, machine, budget_));
    for (const auto& other : seen) {
      HADAL_TRY_ASSIGN(both, intersection(keys, other, budget_));
      if (!both.empty())
        return fail(
            schema_error(p.path, "patternProperties", "has patterns that can match the same name"));
    }
    HADAL_TRY_ASSIGN(rest, difference(free, machine, budget_));
    free = std::move(rest);
    HADAL_TRY(add_other(keys, p.schemas, plan));
    seen.push_back(std::move(keys));
  }
  if (closed)
    return {};
  return add_other(free, shape.additional, plan);
}

/// Members with any of these names, each at most once.
result<void> json_schema_rules::add_other(const dfa& names, const schema_nodes& schemas,
                                          member_plan& plan) {
  HADAL_TRY_ASSIGN(count, texts_in(names, budget_));
  if (count == 0)
    return {};
  const bool endless = count == grammar_rules::unbounded ||
                       plan.others_max == grammar_rules::unbounded ||
                       count + std::uint64_t{plan.others_max} >= INT32_MAX;
  plan.others_max = endless ? grammar_rules::unbounded : plan.others_max + count;
  member m;
  HADAL_TRY_ASSIGN(key, json_.free_name(names));
  m.key = std::move(key);
  HADAL_TRY_ASSIGN(value, rule_of(schemas));
  m.value = value;
  plan.others.push_back(std::move(m));
  return {};
}

/// From `least` to `most` members that the schema does not name, with their commas; `first`: they
/// are the object's first. 1 <= least <= most.
result<rule_id> json_schema_rules::other_members(const schema_shape& shape, const member_plan& plan,
                                                 std::uint32_t least, std::uint32_t most,
                                                 bool first) {
  HADAL_TRY_ASSIGN(space, json_.blank());
  const auto gap = rules_.call(space);
  std::vector<expression_id> choices;
  for (const auto& m : plan.others) {
    HADAL_TRY(budget_.spend(m.key.states.size()));
    choices.push_back(rules_.sequence(
        {rules_.automaton(m.key), gap, rules_.text(":"), gap, rules_.call(m.value)}));
  }
  const auto one = rules_.choice(std::move(choices));
  const auto more = rules_.sequence({gap, rules_.text(","), gap, one});
  const auto rule = rules_.add_rule(fmt::format("the members at {}", shape.path));
  if (!first) {
    rules_.define(rule, rules_.repeat(more, least, most));
    return rule;
  }
  const auto rest = most == grammar_rules::unbounded ? most : most - 1;
  rules_.define(rule, rules_.sequence({gap, one, rules_.repeat(more, least - 1, rest)}));
  return rule;
}

/// The unlisted members after `written` others, at least one; empty if there can be
/// none.
result<std::optional<rule_id>> json_schema_rules::end_of_members(const schema_shape& shape,
                                                                 const member_plan& plan,
                                                                 std::uint32_t written) {
  const auto least = plan.least > written ? plan.least - written : 1;
  const auto room = plan.most == grammar_rules::unbounded ? plan.most : plan.most - written;
  const auto most = std::min(room, plan.others_max);
  if (most < least)
    return std::nullopt;
  HADAL_TRY_ASSIGN(rule, other_members(shape, plan, least, most, written == 0));
  return rule;
}

result<expression_id> json_schema_rules::write_members(const schema_shape& shape,
                                                       const member_plan& plan) {
  HADAL_TRY_ASSIGN(space, json_.blank());
  nfa out;
  out.start = out.add_state();
  out.accept = out.add_state();
  const bool is_bounded = plan.most != grammar_rules::unbounded;
  const auto count_cap = std::max({1u, plan.least, is_bounded ? plan.most + 1 : 0u});
  // Members without names of their own follow in states of this automaton, or as a repetition.
  const bool in_states =
      count_cap <= members_in_states_max && plan.others_max == grammar_rules::unbounded;
  member_writer writer(out, space, plan.named.size(), count_cap);
  out.connect_bytes(out.start, writer.state_of({}), "{");
  for (std::size_t i = 0; i < writer.order().size(); ++i) {
    const auto p = writer.order()[i];
    HADAL_TRY(budget_.spend(32));
    const bool has_room = p.written < plan.most;
    if (p.next < plan.named.size()) {
      const auto& m = plan.named[p.next];
      if (!m.required) {
        auto skipped = p;
        ++skipped.next;
        out.connect(writer.state_of(p), writer.state_of(skipped));
      }
      HADAL_TRY(budget_.spend(m.key.states.size()));
      if (has_room)
        writer.add_member(p, m.key, m.value, writer.after(p, true));
      continue;
    }
    if (p.written >= plan.least)
      writer.close(p);
    if (!in_states) {
      HADAL_TRY_ASSIGN(rest, end_of_members(shape, plan, p.written));
      if (rest)
        writer.close_after(p, *rest);
      continue;
    }
    for (const auto& m : plan.others) {
      HADAL_TRY(budget_.spend(m.key.states.size()));
      if (has_room)
        writer.add_member(p, m.key, m.value, writer.after(p, false));
    }
  }
  auto machine = determinize(out, budget_);
  if (!machine)
    return fail(keyword_failure(shape.path, "properties", machine.error()));
  return rules_.automaton(std::move(*machine));
}

} // namespace hadal::model
