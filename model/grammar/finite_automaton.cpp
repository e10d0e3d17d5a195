#include "model/grammar/finite_automaton.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

namespace hadal::model {

namespace {

constexpr state_id no_state = UINT32_MAX;

// -- UTF-8 ------------------------------------------------------------------------------------

struct byte_range {
  std::uint8_t lowest, highest;
  auto operator<=>(const byte_range&) const = default;
};

/// Splits code points into runs whose UTF-8 is a product of byte ranges.
template <class Emit>
void split_utf8(char32_t first, char32_t last, const Emit& emit) {
  for (const char32_t top : {char32_t{0x7F}, char32_t{0x7FF}, char32_t{0xFFFF}})
    if (first <= top && last > top) {
      split_utf8(first, top, emit);
      split_utf8(top + 1, last, emit);
      return;
    }
  for (int bits = 6; bits < 24 && last >= 0x80; bits += 6) {
    const char32_t mask = (char32_t{1} << bits) - 1;
    if ((first & ~mask) == (last & ~mask))
      break;
    if ((first & mask) != 0) {
      split_utf8(first, first | mask, emit);
      split_utf8((first | mask) + 1, last, emit);
      return;
    }
    if ((last & mask) != mask) {
      split_utf8(first, (last & ~mask) - 1, emit);
      split_utf8(last & ~mask, last, emit);
      return;
    }
  }
  std::string low;
  append_utf8(low, first);
  std::string high;
  append_utf8(high, last);
  std::vector<byte_range> ranges;
  for (std::size_t i = 0; i < low.size(); ++i)
    ranges.push_back({static_cast<std::uint8_t>(low[i]), static_cast<std::uint8_t>(high[i])});
  emit(ranges);
}

// -- subsets ----------------------------------------------------------------------------------

using state_set = std::vector<state_id>; // ascending

class subset_construction {
public:
  subset_construction(const nfa& source, compile_budget& budget)
    : source_(source), budget_(budget), seen_(source.states.size(), 0) {}

  result<dfa> run() {
    auto begin = closure({source_.start}, true);
    HADAL_TRY(budget_.spend(begin.size()));
    out_.states.emplace_back();
    sets_.push_back(begin);
    if (!knows_begin())
      ids_.emplace(begin, 0);
    out_.states[0].accepts = accepts(begin, true);
    out_.states[0].marks = marks(begin);
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      HADAL_TRY(budget_.spend(sets_[i].size()));
      HADAL_TRY(follow_bytes(i));
      HADAL_TRY(follow_symbols(i));
    }
    return std::move(out_);
  }

private:
  /// True if the start must be a state of its own, because only there the text begins.
  bool knows_begin() const {
    for (const auto& s : source_.states)
      for (const auto& e : s.free)
        if (e.when == free_condition::at_begin)
          return true;
    return false;
  }

  state_set closure(state_set states, bool at_begin) {
    ++mark_;
    std::size_t kept = 0;
    for (const state_id s : states)
      if (seen_[s] != mark_) {
        seen_[s] = mark_;
        states[kept++] = s;
      }
    states.resize(kept);
    for (std::size_t i = 0; i < states.size(); ++i)
      for (const auto& edge : source_.states[states[i]].free)
        if (seen_[edge.to] != mark_ && (edge.when == free_condition::always ||
                                        (at_begin && edge.when == free_condition::at_begin))) {
          seen_[edge.to] = mark_;
          states.push_back(edge.to);
        }
    // The other states have no effect: without them, sets with equal continuations are equal.
    std::erase_if(states, [&](state_id s) { return !matters(s); });
    std::sort(states.begin(), states.end());
    return states;
  }

  /// True if a state has more than free edges to others of its closure.
  bool matters(state_id s) const {
    const auto& state = source_.states[s];
    return s == source_.accept || state.marks != no_mark || !state.bytes.empty() ||
           !state.symbols.empty() ||
           std::any_of(state.free.begin(), state.free.end(),
                       [](const free_edge& e) { return e.when != free_condition::always; });
  }

  std::uint8_t marks(const state_set& set) const {
    std::uint8_t all = no_mark;
    for (const state_id s : set)
      all |= source_.states[s].marks;
    return all;
  }

  /// True if the text may end here; edges with the condition at_end may be taken.
  bool accepts(const state_set& set, bool at_begin) {
    ++mark_;
    state_set states = set;
    for (const state_id s : states)
      seen_[s] = mark_;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i] == source_.accept)
        return true;
      for (const auto& edge : source_.states[states[i]].free)
        if (seen_[edge.to] != mark_ && (edge.when != free_condition::at_begin || at_begin)) {
          seen_[edge.to] = mark_;
          states.push_back(edge.to);
        }
    }
    return false;
  }

  result<state_id> intern(state_set set) {
    set = closure(std::move(set), false);
    if (const auto found = ids_.find(set); found != ids_.end())
      return found->second;
    HADAL_TRY(budget_.spend(2 * set.size() + 8));
    if (out_.states.size() >= limits::grammar_states_max)
      return fail(error_code::invalid_request, "the pattern needs too many states");
    const auto id = static_cast<state_id>(out_.states.size());
    out_.states.emplace_back();
    out_.states.back().accepts = accepts(set, false);
    out_.states.back().marks = marks(set);
    sets_.push_back(set);
    ids_.emplace(std::move(set), id);
    return id;
  }

  result<void> follow_bytes(std::size_t from) {
    std::vector<byte_edge> edges;
    for (const state_id s : sets_[from])
      edges.insert(edges.end(), source_.states[s].bytes.begin(), source_.states[s].bytes.end());
    if (edges.empty())
      return {};
    std::array<bool, 257> cut{};
    for (const auto& e : edges)
      cut[e.lowest] = cut[std::size_t{e.highest} + 1] = true;
    for (unsigned low = 0; low < 256;) {
      unsigned high = low;
      while (high < 255 && !cut[high + 1])
        ++high;
      state_set targets;
      for (const auto& e : edges)
        if (e.lowest <= low && high <= e.highest)
          targets.push_back(e.to);
      HADAL_TRY(budget_.spend(1 + edges.size() / 8 + targets.size()));
      if (!targets.empty()) {
        HADAL_TRY_ASSIGN(to, intern(std::move(targets)));
        add_edge(from, {static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high), to});
      }
      low = high + 1;
    }
    return {};
  }

  void add_edge(std::size_t from, byte_edge edge) {
    auto& edges = out_.states[from].bytes;
    if (!edges.empty() && edges.back().to == edge.to &&
        unsigned{edges.back().highest} + 1 == edge.lowest)
      edges.back().highest = edge.highest;
    else
      edges.push_back(edge);
  }

  result<void> follow_symbols(std::size_t from) {
    std::map<std::uint32_t, state_set> by_symbol;
    for (const state_id s : sets_[from])
      for (const auto& e : source_.states[s].symbols)
        by_symbol[e.symbol].push_back(e.to);
    for (auto& [symbol, targets] : by_symbol) {
      HADAL_TRY(budget_.spend(1 + targets.size()));
      HADAL_TRY_ASSIGN(to, intern(std::move(targets)));
      out_.states[from].symbols.push_back({symbol, to});
    }
    return {};
  }

  const nfa& source_;
  compile_budget& budget_;
  std::vector<std::uint32_t> seen_;
  std::uint32_t mark_ = 0;
  dfa out_;
  std::vector<state_set> sets_; // by state of out_
  std::map<state_set, state_id> ids_;
};

state_id target(const dfa& a, state_id s, std::uint8_t byte) {
  if (s == no_state)
    return no_state;
  const auto& edges = a.states[s].bytes;
  auto e = std::upper_bound(edges.begin(), edges.end(), byte,
                            [](std::uint8_t b, const byte_edge& x) { return b < x.lowest; });
  if (e == edges.begin())
    return no_state;
  --e;
  return byte <= e->highest ? e->to : no_state;
}

/// The automaton of pairs; `b` may be stuck (no_state) only in a difference.
result<dfa> pair_up(const dfa& a, const dfa& b, bool subtract, compile_budget& budget) {
  dfa out;
  if (a.empty() || (b.empty() && !subtract))
    return out;
  std::map<std::pair<state_id, state_id>, state_id> ids;
  std::vector<std::pair<state_id, state_id>> pairs;
  const auto intern = [&](std::pair<state_id, state_id> pair) {
    const auto [entry, added] = ids.emplace(pair, static_cast<state_id>(pairs.size()));
    if (added) {
      pairs.push_back(pair);
      out.states.emplace_back();
      const bool second = pair.second != no_state && b.states[pair.second].accepts;
      out.states.back().accepts = a.states[pair.first].accepts && second != subtract;
    }
    return entry->second;
  };
  intern({0, b.empty() ? no_state : 0});
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    HADAL_TRY(budget.spend(32));
    if (pairs.size() > limits::grammar_states_max)
      return fail(error_code::invalid_request, "the pattern needs too many states");
    const auto [first, second] = pairs[i];
    for (const auto& e : a.states[first].bytes)
      for (unsigned byte = e.lowest; byte <= e.highest; ++byte) {
        const state_id other = target(b, second, static_cast<std::uint8_t>(byte));
        if (other == no_state && !subtract)
          continue;
        const state_id to = intern({e.to, other});
        auto& edges = out.states[i].bytes;
        const auto b8 = static_cast<std::uint8_t>(byte);
        if (!edges.empty() && edges.back().to == to && edges.back().highest + 1u == byte)
          edges.back().highest = b8;
        else
          edges.push_back({b8, b8, to});
      }
  }
  drop_dead_ends(out);
  return out;
}

} // namespace

void nfa::connect_bytes(state_id from, state_id to, std::string_view text) {
  if (text.empty())
    return connect(from, to);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const state_id next = i + 1 == text.size() ? to : add_state();
    const auto byte = static_cast<std::uint8_t>(text[i]);
    states[from].bytes.push_back({byte, byte, next});
    from = next;
  }
}

void nfa::connect_code_points(state_id from, state_id to, const code_point_set& set) {
  // States that lead to `to` over the same remaining bytes are one state.
  std::map<std::vector<byte_range>, state_id> tails;
  for (const auto& range : set)
    split_utf8(range.first, range.last, [&](const std::vector<byte_range>& ranges) {
      state_id next = to;
      for (std::size_t i = ranges.size(); i-- > 1;) {
        const std::vector<byte_range> rest(ranges.begin() + static_cast<std::ptrdiff_t>(i),
                                           ranges.end());
        const auto found = tails.find(rest);
        if (found != tails.end()) {
          next = found->second;
          continue;
        }
        const state_id tail = add_state();
        states[tail].bytes.push_back({ranges[i].lowest, ranges[i].highest, next});
        tails.emplace(rest, tail);
        next = tail;
      }
      states[from].bytes.push_back({ranges[0].lowest, ranges[0].highest, next});
    });
}

bool dfa::matches(std::string_view text) const noexcept {
  state_id s = states.empty() ? no_state : 0;
  for (const char c : text)
    if ((s = target(*this, s, static_cast<std::uint8_t>(c))) == no_state)
      return false;
  return s != no_state && states[s].accepts;
}

result<void> check_size(const nfa& source) {
  if (source.states.size() > limits::grammar_draft_states_max)
    return fail(error_code::invalid_request, "the pattern needs too many states");
  return {};
}

result<dfa> determinize(const nfa& source, compile_budget& budget) {
  HADAL_TRY(check_size(source));
  HADAL_TRY(budget.spend(source.states.size()));
  HADAL_TRY_ASSIGN(out, subset_construction(source, budget).run());
  drop_dead_ends(out);
  return out;
}

result<dfa> intersection(const dfa& a, const dfa& b, compile_budget& budget) {
  return pair_up(a, b, false, budget);
}

result<dfa> difference(const dfa& a, const dfa& b, compile_budget& budget) {
  return pair_up(a, b, true, budget);
}

void drop_dead_ends(dfa& a) {
  std::vector<std::vector<state_id>> into(a.states.size());
  std::vector<state_id> work;
  std::vector<bool> alive(a.states.size(), false);
  for (state_id s = 0; s < a.states.size(); ++s) {
    for (const auto& e : a.states[s].bytes)
      into[e.to].push_back(s);
    for (const auto& e : a.states[s].symbols)
      into[e.to].push_back(s);
    if (a.states[s].accepts) {
      alive[s] = true;
      work.push_back(s);
    }
  }
  while (!work.empty()) {
    const state_id s = work.back();
    work.pop_back();
    for (const state_id from : into[s])
      if (!alive[from]) {
        alive[from] = true;
        work.push_back(from);
      }
  }
  if (a.states.empty() || !alive[0]) {
    a.states.clear();
    return;
  }
  std::vector<state_id> renamed(a.states.size(), no_state);
  state_id kept = 0;
  for (state_id s = 0; s < a.states.size(); ++s)
    if (alive[s])
      renamed[s] = kept++;
  for (state_id s = 0; s < a.states.size(); ++s) {
    if (!alive[s])
      continue;
    auto state = std::move(a.states[s]);
    std::erase_if(state.bytes, [&](const byte_edge& e) { return !alive[e.to]; });
    std::erase_if(state.symbols, [&](const symbol_edge& e) { return !alive[e.to]; });
    for (auto& e : state.bytes)
      e.to = renamed[e.to];
    for (auto& e : state.symbols)
      e.to = renamed[e.to];
    a.states[renamed[s]] = std::move(state);
  }
  a.states.resize(kept);
}

void embed(nfa& whole, state_id from, state_id to, const dfa& part) {
  if (part.empty())
    return;
  const auto base = static_cast<state_id>(whole.states.size());
  for (const auto& s : part.states) {
    auto& state = whole.states.emplace_back();
    state.marks = s.marks;
    state.bytes = s.bytes;
    state.symbols = s.symbols;
    for (auto& e : state.bytes)
      e.to += base;
    for (auto& e : state.symbols)
      e.to += base;
    if (s.accepts)
      state.free.push_back({free_condition::always, to});
  }
  whole.connect(from, base);
}

} // namespace hadal::model
