#include "model/grammar/pushdown_automaton.hpp"

#include "model/grammar/repetition_fold.hpp"
#include "model/grammar/text_lengths.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>

namespace hadal::model {

namespace {

using kind_type = grammar_expression::kind_type;
using rule_list = std::vector<dfa>;

// Symbols of the rules' automata: the top two bits are the kind of the edge.
constexpr std::uint32_t symbol_kind_mask = 0xC000'0000u;
constexpr std::uint32_t call_symbol = grammar_rules::call_symbol(0);
constexpr std::uint32_t repeat_symbol = 0x4000'0000u;
constexpr std::uint32_t token_symbol = grammar_rules::token_symbol(0);
constexpr std::uint32_t symbol_number_mask = ~symbol_kind_mask;

// Repetitions up to this bound are expanded: they need few states, and no frames for
// counts.
constexpr std::uint32_t written_out_max = 4;

/// A counted repetition; its body is a rule of its own, after the rules of the grammar.
struct counted {
  rule_id body = 0;
  std::uint32_t least = 1;
  std::uint32_t most = 1;
  bool is_text = false;
};

class rule_writer {
public:
  rule_writer(const grammar_rules& rules, compile_budget& budget) : rules_(rules), budget_(budget) {
    names_.reserve(rules.rules().size());
    for (const auto& rule : rules.rules()) {
      bodies_.push_back(rule.body);
      names_.push_back(rule.name);
    }
  }

  result<void> run() {
    HADAL_TRY(find_nullable());
    for (std::size_t i = 0; i < bodies_.size(); ++i) { // repetitions append bodies
      auto machine = machine_of(i);
      if (!machine)
        return fail(in_rule(i, std::move(machine.error())));
      state_count_ += machine->states.size();
      if (state_count_ > limits::grammar_states_max)
        return fail(error_code::invalid_request, "the grammar needs too many states");
      machines.push_back(std::move(*machine));
    }
    return {};
  }

  std::string name_of(std::size_t rule) const {
    return rule < names_.size() ? names_[rule] : "a repetition";
  }

  rule_list machines; // by rule; those of repetitions' bodies follow
  std::vector<counted> repetitions;

private:
  result<dfa> machine_of(std::size_t rule) {
    if (const auto made = made_.find(rule); made != made_.end())
      return std::move(made->second);
    nfa out;
    out.start = out.add_state();
    out.accept = out.add_state();
    HADAL_TRY(write(bodies_[rule], out.start, out.accept, out, 0));
    HADAL_TRY_ASSIGN(machine, determinize(out, budget_));
    const auto first = repeat_symbol | static_cast<std::uint32_t>(repetitions.size());
    HADAL_TRY_ASSIGN(found, fold_repetitions(machine, first, budget_));
    const auto base = static_cast<rule_id>(bodies_.size());
    for (const auto& [body, least, most] : found.repetitions)
      repetitions.push_back({base + static_cast<rule_id>(body), least, most, false});
    for (auto& body : found.bodies) {
      add_made(std::move(body));
    }
    return machine;
  }

  error in_rule(std::size_t rule, error e) const {
    if (e.code == error_code::invalid_request && rule < names_.size())
      e.message += fmt::format(" (in {})", names_[rule]);
    return e;
  }

  /// Finds expressions that may be empty, in passes until nothing changes; calls of later rules
  /// need more than one pass.
  result<void> find_nullable() {
    const auto& all = rules_.expressions();
    nullable_.assign(all.size(), false);
    for (bool changed = true; changed;) {
      HADAL_TRY(budget_.spend(all.size()));
      changed = false;
      for (std::size_t i = 0; i < all.size(); ++i)
        if (!nullable_[i] && may_be_empty(all[i]))
          nullable_[i] = changed = true;
    }
    return {};
  }

  bool may_be_empty(const grammar_expression& e) const {
    const auto of = [&](expression_id id) { return bool{nullable_[id]}; };
    switch (e.kind) {
    case kind_type::text: return e.bytes.empty();
    case kind_type::code_points:
    case kind_type::token: return false;
    case kind_type::automaton: return !e.machine->empty() && e.machine->states[0].accepts;
    case kind_type::call: return rules_.rules()[e.number].defined && of(bodies_[e.number]);
    case kind_type::sequence: return std::all_of(e.parts.begin(), e.parts.end(), of);
    case kind_type::choice: return std::any_of(e.parts.begin(), e.parts.end(), of);
    case kind_type::repeat: return e.least == 0 || of(e.parts[0]);
    case kind_type::counted: return false;
    }
    return false;
  }

  result<void> write(expression_id id, state_id from, state_id to, nfa& out, std::size_t depth) {
    const auto& e = rules_.expressions()[id];
    HADAL_TRY(budget_.spend(4 + e.bytes.size() + 4 * e.set.size()));
    HADAL_TRY(check_size(out));
    if (depth > 4 * limits::grammar_depth_max)
      return fail(error_code::invalid_request, "the grammar is nested too deep");
    switch (e.kind) {
    case kind_type::text: out.connect_bytes(from, to, e.bytes); break;
    case kind_type::code_points: out.connect_code_points(from, to, e.set); break;
    case kind_type::automaton:
      HADAL_TRY(budget_.spend(e.machine->states.size()));
      embed(out, from, to, *e.machine);
      break;
    case kind_type::token: out.states[from].symbols.push_back({token_symbol | e.number, to}); break;
    case kind_type::call:
      if (!rules_.rules()[e.number].defined)
        return fail(error_code::invalid_request,
                    fmt::format("the rule {} is not defined", names_[e.number]));
      out.states[from].symbols.push_back({call_symbol | e.number, to});
      break;
    case kind_type::sequence:
      for (const auto part : e.parts) {
        const auto next = out.add_state();
        HADAL_TRY(write(part, from, next, out, depth + 1));
        from = next;
      }
      out.connect(from, to);
      break;
    case kind_type::choice:
      for (const auto part : e.parts) {
        // Separate states at both ends, so that a loop of a part does not enter its neighbour.
        const auto begin = out.add_state();
        out.connect(from, begin);
        HADAL_TRY(write(part, begin, to, out, depth + 1));
      }
      break;
    case kind_type::counted:
      HADAL_TRY(budget_.spend(e.machine->states.size()));
      out.states[from].symbols.push_back(
          {repeat_symbol | static_cast<std::uint32_t>(repetitions.size()), to});
      repetitions.push_back({static_cast<rule_id>(bodies_.size()), 1, e.most, true});
      add_made(*e.machine);
      break;
    case kind_type::repeat: return write_repeat(e, from, to, out, depth);
    }
    return {};
  }

  result<void> write_repeat(const grammar_expression& e, state_id from, state_id to, nfa& out,
                            std::size_t depth) {
    const expression_id part = e.parts[0];
    const bool endless = e.most == grammar_rules::unbounded;
    auto least = e.least, most = e.most;
    if (nullable_[part])
      least = 0; // a part that may be empty may be left out
    const auto bound = endless ? least : most;
    if (bound > written_out_max) {
      if (nullable_[part])
        return fail(error_code::invalid_request,
                    fmt::format("a repetition of up to {} of something that may be empty", bound));
      if (least == 0)
        out.connect(from, to);
      const auto number = count(part, std::max(least, 1u), most);
      out.states[from].symbols.push_back({repeat_symbol | number, to});
      return {};
    }
    for (std::uint32_t i = 0; i < bound; ++i) {
      if (i >= least)
        out.connect(from, to);
      const auto next = out.add_state();
      HADAL_TRY(write(part, from, next, out, depth + 1));
      from = next;
    }
    if (endless) {
      const auto loop = out.add_state();
      const auto back = out.add_state();
      out.connect(from, loop);
      HADAL_TRY(write(part, loop, back, out, depth + 1));
      out.connect(back, loop);
      from = loop;
    }
    out.connect(from, to);
    return {};
  }

  void add_made(dfa body) {
    made_.emplace(bodies_.size(), std::move(body));
    bodies_.push_back(0);
  }

  std::uint32_t count(expression_id part, std::uint32_t least, std::uint32_t most) {
    repetitions.push_back({static_cast<rule_id>(bodies_.size()), least, most, false});
    bodies_.push_back(part);
    return static_cast<std::uint32_t>(repetitions.size() - 1);
  }

  const grammar_rules& rules_;
  compile_budget& budget_;
  std::vector<expression_id> bodies_; // by rule
  std::map<std::size_t, dfa> made_;   // by rule: bodies that are no expressions
  std::vector<std::string> names_;
  std::vector<bool> nullable_; // by expression
  std::size_t state_count_ = 0;
};

/// The rule that an edge enters, or nothing where it enters none.
std::optional<rule_id> entered(std::uint32_t symbol, const std::vector<counted>& repetitions) {
  const auto number = symbol & symbol_number_mask;
  switch (symbol & symbol_kind_mask) {
  case call_symbol: return number;
  case repeat_symbol: return repetitions[number].body;
  default: return std::nullopt;
  }
}

class linker {
public:
  linker(rule_writer& rules, compile_budget& budget)
    : rules_(rules), machines_(rules.machines), budget_(budget) {}

  result<void> check(rule_id root) {
    HADAL_TRY(drop_endless());
    if (machines_[root].empty())
      return fail(error_code::invalid_request, "the grammar matches no text that ends");
    HADAL_TRY(find_nullable());
    return find_left_recursion();
  }

  result<pushdown_automaton> link(rule_id root) {
    std::vector<state_id> base;
    state_id size = 0;
    for (const auto& machine : machines_) {
      base.push_back(size);
      size += static_cast<state_id>(machine.states.size());
    }
    HADAL_TRY(budget_.spend(8 * std::uint64_t{size}));
    pushdown_automaton out;
    out.states.resize(size);
    out.start = base[root];
    HADAL_TRY_ASSIGN(names, rules_with_names());
    out.start_has_names = names[root];
    out.has_names = std::find(names.begin(), names.end(), true) != names.end();
    for (const auto& c : rules_.repetitions)
      if (c.is_text)
        HADAL_TRY(add_text(out, c, base[c.body]));
      else
        out.repetitions.push_back({base[c.body], c.least, c.most, false, 0});
    for (std::size_t r = 0; r < machines_.size(); ++r) {
      if (names[r]) {
        HADAL_TRY_ASSIGN(left, names_left(machines_[r], budget_));
        for (std::size_t i = 0; i < left.size(); ++i) {
          auto& state = out.states[base[r] + i];
          state.names_left = left[i];
          state.ends_name = (machines_[r].states[i].marks & name_end_mark) != 0;
          out.has_few_names = out.has_few_names ||
                              (state.in_name() && left[i] != pushdown_automaton::state::endless);
        }
      }
      for (std::size_t i = 0; i < machines_[r].states.size(); ++i) {
        auto& s = machines_[r].states[i];
        auto& state = out.states[base[r] + i];
        state.accepts = s.accepts;
        state.bytes = std::move(s.bytes);
        for (auto& e : state.bytes)
          e.to += base[r];
        for (const auto& e : s.symbols) {
          const auto number = e.symbol & symbol_number_mask;
          const auto to = e.to + base[r];
          if ((e.symbol & symbol_kind_mask) == call_symbol)
            state.calls.push_back({base[number], to, names[number]});
          else if ((e.symbol & symbol_kind_mask) == repeat_symbol)
            state.repeats.push_back({number, to});
          else
            state.tokens.push_back({static_cast<token_id>(number), to});
        }
      }
    }
    return out;
  }

private:
  /// By rule, whether it or a repetition in it has free names.
  result<std::vector<bool>> rules_with_names() {
    std::vector<bool> names(machines_.size(), false);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t r = 0; r < machines_.size(); ++r) {
        HADAL_TRY(budget_.spend(1 + machines_[r].states.size()));
        const auto has_name = [&](const dfa::state& s) {
          return (s.marks & name_mark) != 0 ||
                 std::any_of(s.symbols.begin(), s.symbols.end(), [&](const symbol_edge& e) {
                   return (e.symbol & symbol_kind_mask) == repeat_symbol &&
                          names[rules_.repetitions[e.symbol & symbol_number_mask].body];
                 });
        };
        if (!names[r] &&
            std::any_of(machines_[r].states.begin(), machines_[r].states.end(), has_name))
          names[r] = changed = true;
      }
    }
    return names;
  }

  /// The `needed` counts of a counted text's states, in the order of its machine.
  result<void> add_text(pushdown_automaton& out, const counted& c, state_id base) {
    HADAL_TRY_ASSIGN(needed, marks_to_end(machines_[c.body], budget_));
    auto& text = out.repetitions.emplace_back();
    text = {base, c.least, c.most, c.is_text, 0};
    for (std::size_t s = 0; s < needed.size(); ++s)
      if ((machines_[c.body].states[s].marks & character_mark) != 0) {
        out.states[base + s].needed = needed[s];
        text.needed_max = std::max(text.needed_max, needed[s]);
      }
    return {};
  }

  /// Removes edges that enter rules without an end, then states that depend on them, until every
  /// remaining state reaches the end of its rule.
  result<void> drop_endless() {
    std::vector<bool> ends(machines_.size(), false);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t r = 0; r < machines_.size(); ++r)
        if (!ends[r]) {
          HADAL_TRY(budget_.spend(1 + machines_[r].states.size()));
          if (reaches_end(machines_[r], ends))
            ends[r] = changed = true;
        }
    }
    for (auto& machine : machines_) {
      HADAL_TRY(budget_.spend(4 * machine.states.size()));
      for (auto& s : machine.states)
        std::erase_if(s.symbols, [&](const symbol_edge& e) {
          const auto rule = entered(e.symbol, rules_.repetitions);
          return rule && !ends[*rule];
        });
      drop_dead_ends(machine);
    }
    return {};
  }

  bool reaches_end(const dfa& machine, const std::vector<bool>& ends) const {
    if (machine.empty())
      return false;
    std::vector<bool> seen(machine.states.size(), false);
    std::vector<state_id> work{0};
    seen[0] = true;
    while (!work.empty()) {
      const auto& s = machine.states[work.back()];
      work.pop_back();
      if (s.accepts)
        return true;
      const auto visit = [&](state_id to) {
        if (!seen[to]) {
          seen[to] = true;
          work.push_back(to);
        }
      };
      for (const auto& e : s.bytes)
        visit(e.to);
      for (const auto& e : s.symbols)
        if (const auto rule = entered(e.symbol, rules_.repetitions); !rule || ends[*rule])
          visit(e.to);
    }
    return false;
  }

  result<void> find_nullable() {
    nullable_.assign(machines_.size(), false);
    for (bool changed = true; changed;) {
      changed = false;
      HADAL_TRY(budget_.spend(machines_.size()));
      for (std::size_t r = 0; r < machines_.size(); ++r)
        if (!nullable_[r] && !machines_[r].empty())
          for (const auto s : entered_freely(r))
            if (machines_[r].states[s].accepts)
              nullable_[r] = changed = true;
    }
    return {};
  }

  /// States of the rule that are reached without a byte.
  std::vector<state_id> entered_freely(std::size_t rule) const {
    std::vector<state_id> states{0};
    for (std::size_t i = 0; i < states.size(); ++i)
      for (const auto& e : machines_[rule].states[states[i]].symbols)
        if (const auto called = entered(e.symbol, rules_.repetitions);
            called && nullable_[*called] &&
            std::find(states.begin(), states.end(), e.to) == states.end())
          states.push_back(e.to);
    return states;
  }

  result<void> find_left_recursion() {
    enum class mark : std::uint8_t { none, open, done };
    std::vector<std::vector<rule_id>> first(machines_.size());
    for (std::size_t r = 0; r < machines_.size(); ++r)
      if (!machines_[r].empty())
        for (const auto s : entered_freely(r))
          for (const auto& e : machines_[r].states[s].symbols)
            if (const auto called = entered(e.symbol, rules_.repetitions))
              first[r].push_back(*called);
    std::vector<mark> marks(machines_.size(), mark::none);
    for (rule_id root = 0; root < machines_.size(); ++root) {
      std::vector<std::pair<rule_id, std::size_t>> path;
      if (marks[root] == mark::none)
        path.push_back({root, 0});
      while (!path.empty()) {
        auto& [rule, next] = path.back();
        marks[rule] = mark::open;
        if (next == first[rule].size()) {
          marks[rule] = mark::done;
          path.pop_back();
          continue;
        }
        const auto called = first[rule][next++];
        if (marks[called] == mark::open)
          return fail(error_code::invalid_request,
                      fmt::format("{} refers to itself before anything else (left recursion)",
                                  rules_.name_of(called)));
        if (marks[called] == mark::none)
          path.push_back({called, 0});
      }
    }
    return {};
  }

  rule_writer& rules_;
  rule_list& machines_;
  compile_budget& budget_;
  std::vector<bool> nullable_; // by rule
};

} // namespace

std::optional<state_id> pushdown_automaton::next(state_id from, std::uint8_t byte) const noexcept {
  const auto& edges = states[from].bytes;
  auto e = std::upper_bound(edges.begin(), edges.end(), byte,
                            [](std::uint8_t b, const byte_edge& x) { return b < x.lowest; });
  if (e == edges.begin() || byte > (--e)->highest)
    return std::nullopt;
  return e->to;
}

byte_edge pushdown_automaton::alike(state_id from, std::uint8_t byte) const noexcept {
  const auto& edges = states[from].bytes;
  const auto above =
      std::upper_bound(edges.begin(), edges.end(), byte,
                       [](std::uint8_t b, const byte_edge& x) { return b < x.lowest; });
  byte_edge gap{0, 255, 0};
  if (above != edges.end())
    gap.highest = static_cast<std::uint8_t>(above->lowest - 1);
  if (above == edges.begin())
    return gap;
  const auto& edge = *(above - 1);
  if (byte <= edge.highest)
    return edge;
  gap.lowest = static_cast<std::uint8_t>(edge.highest + 1);
  return gap;
}

std::size_t pushdown_automaton::memory_bytes() const noexcept {
  std::size_t bytes = sizeof(*this) + repetitions.size() * sizeof(repetition);
  for (const auto& s : states)
    bytes += sizeof(s) + s.bytes.size() * sizeof(byte_edge) + s.calls.size() * sizeof(call_edge) +
             s.repeats.size() * sizeof(repeat_edge) + s.tokens.size() * sizeof(token_edge);
  return bytes;
}

result<pushdown_automaton> compile_rules(const grammar_rules& rules, compile_budget& budget) {
  if (rules.rules().empty() || !rules.rules()[rules.root()].defined)
    return fail(error_code::invalid_request, "the grammar has no root rule");
  rule_writer writer(rules, budget);
  HADAL_TRY(writer.run());
  linker links(writer, budget);
  HADAL_TRY(links.check(rules.root()));
  return links.link(rules.root());
}

} // namespace hadal::model
