#include "model/grammar/repetition_fold.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace hadal::model {

namespace {

// For a shorter chain a count does not pay.
constexpr std::uint32_t chain_min = 8;

// The longest character: a surrogate pair, as two escapes of JSON.
constexpr std::size_t character_bytes_max = 12;

/// The automaton between two states: equal ids mean equal automata.
using shape_id = std::uint32_t;
constexpr shape_id nothing = 0;

struct shape_edge {
  std::uint8_t lowest = 0;
  std::uint8_t highest = 0;
  shape_id to = nothing;
  auto operator<=>(const shape_edge&) const = default;
};
using shape = std::vector<shape_edge>;

class folder {
public:
  folder(dfa& machine, std::uint32_t first_symbol, compile_budget& budget)
    : machine_(machine), first_symbol_(first_symbol), budget_(budget),
      links_(machine.states.size()) {}

  result<folded_repetitions> run() {
    for (state_id s = 0; s < links_.size(); ++s)
      HADAL_TRY(find_body(s));
    for (state_id s = 0; s < links_.size(); ++s)
      find_chain(s);
    std::vector<state_id> reached;
    std::vector<bool> seen;
    const auto reach = [&](state_id s) {
      seen.resize(machine_.states.size(), false);
      if (!seen[s])
        reached.push_back(s);
      seen[s] = true;
    };
    if (!links_.empty())
      reach(0);
    for (std::size_t i = 0; i < reached.size(); ++i) {
      const auto s = reached[i];
      HADAL_TRY(budget_.spend());
      if (s < links_.size() && links_[s].length >= chain_min) // later states were made here
        fold(s);
      for (const auto& e : machine_.states[s].bytes)
        reach(e.to);
      for (const auto& e : machine_.states[s].symbols)
        reach(e.to);
    }
    if (!found_.repetitions.empty())
      keep_only(seen);
    return std::move(found_);
  }

private:
  struct link {
    state_id next = 0;          // target of the body
    shape_id body = nothing;    // `nothing`: none
    std::vector<byte_edge> out; // edges outside of the body
    // The chain from here on.
    bool known = false;
    bool on_path = false;
    bool endless = false;     // the end leads to itself over the body
    bool like_end = false;    // from here on, all other ways out are those of the end
    state_id end = 0;         // first state after the equal bodies, or the endless one
    state_id other = 0;       // first state with another way out, or the end
    std::uint32_t length = 0; // bodies from here to the end
    std::uint32_t before = 0; // and to `other`
  };

  // -- bodies --------------------------------------------------------------------------------

  /// Where most characters lead, judged by the lowest one of each edge. Nowhere from a state with
  /// marks: they mean something in the rule that they stand in.
  std::optional<state_id> usual_next(state_id from) const {
    std::map<state_id, unsigned> bytes;
    if (machine_.states[from].marks != no_mark)
      return std::nullopt;
    for (const auto& e : machine_.states[from].bytes) {
      std::size_t more = e.lowest < 0xC0 ? 0 : e.lowest < 0xE0 ? 1 : e.lowest < 0xF0 ? 2 : 3;
      auto at = e.to;
      for (; more > 0 && !machine_.states[at].bytes.empty(); --more)
        at = machine_.states[at].bytes.front().to;
      if (more == 0)
        bytes[at] += e.highest - e.lowest + 1u;
    }
    const auto most =
        std::max_element(bytes.begin(), bytes.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == bytes.end() ? std::nullopt : std::optional(most->first);
  }

  /// The automaton from `at` to `to`, if all edges lead there within one character.
  result<std::optional<shape_id>> between(state_id at, state_id to, std::size_t depth) {
    if (at == to)
      return nothing;
    const auto& s = machine_.states[at];
    if (depth >= character_bytes_max || s.accepts || s.bytes.empty() || !s.symbols.empty() ||
        s.marks != no_mark)
      return std::nullopt;
    if (const auto known = between_.find({at, to}); known != between_.end())
      return known->second;
    shape edges;
    for (const auto& e : s.bytes) {
      HADAL_TRY(budget_.spend());
      HADAL_TRY_ASSIGN(part, between(e.to, to, depth + 1));
      if (!part)
        return std::nullopt;
      add(edges, {e.lowest, e.highest, *part});
    }
    const auto id = intern(std::move(edges));
    between_.emplace(std::pair(at, to), id);
    return id;
  }

  static void add(shape& edges, shape_edge e) {
    if (!edges.empty() && edges.back().to == e.to && edges.back().highest + 1u == e.lowest)
      edges.back().highest = e.highest;
    else
      edges.push_back(e);
  }

  shape_id intern(shape edges) {
    shapes_.resize(std::max<std::size_t>(shapes_.size(), 1)); // [nothing]
    const auto [entry, added] =
        ids_.emplace(std::move(edges), static_cast<shape_id>(shapes_.size()));
    if (added)
      shapes_.push_back(entry->first);
    return entry->second;
  }

  result<void> find_body(state_id from) {
    auto& l = links_[from];
    const auto next = usual_next(from);
    shape edges;
    for (const auto& e : machine_.states[from].bytes) {
      HADAL_TRY(budget_.spend());
      std::optional<shape_id> part;
      if (next) {
        HADAL_TRY_ASSIGN(found, between(e.to, *next, 1));
        part = found;
      }
      if (part)
        add(edges, {e.lowest, e.highest, *part});
      else
        l.out.push_back(e);
    }
    if (!edges.empty()) {
      l.next = *next;
      l.body = intern(std::move(edges));
    }
    return {};
  }

  // -- chains --------------------------------------------------------------------------------

  void find_chain(state_id from) {
    std::vector<state_id> path;
    for (auto s = from; !links_[s].known && !links_[s].on_path; s = links_[s].next) {
      path.push_back(s);
      links_[s].on_path = true;
      if (links_[s].body == nothing || links_[s].next == s)
        break;
    }
    for (; !path.empty(); path.pop_back()) {
      auto& l = links_[path.back()];
      l.on_path = false;
      l.known = true;
      join(path.back(), l);
    }
  }

  /// All links after this one are known, unless they form a cycle, which is then cut here.
  void join(state_id s, link& l) {
    l.end = l.other = s;
    if (l.body == nothing)
      return;
    if (l.next == s) {
      l.endless = true;
      return;
    }
    const auto& after = links_[l.next];
    const bool goes_on = after.known && after.body == l.body;
    l.end = goes_on ? after.end : l.next;
    l.length = goes_on ? after.length + 1 : 1;
    l.endless = goes_on && after.endless;
    const bool last = l.length == 1;
    const auto& here = machine_.states[s];
    if (l.out.empty() && !here.accepts && here.symbols.empty()) {
      l.other = last ? l.end : after.other;
      l.before = last ? 1 : after.before + 1;
    }
    const auto& end = machine_.states[l.end];
    l.like_end = (last || after.like_end) && here.accepts == end.accepts &&
                 here.symbols == end.symbols &&
                 l.out == (l.endless ? links_[l.end].out : end.bytes);
  }

  void fold(state_id s) {
    const auto& l = links_[s];
    const auto& after = links_[l.next];
    const bool bare = after.other == l.end; // no other way out before the end
    if (!bare && !links_[after.other].like_end)
      return;
    const auto least = 1 + (bare ? l.length - 1 : after.before);
    const auto most = l.endless ? folded_repetitions::unbounded : l.length;
    const auto back = l.endless ? without_body(l.end) : l.end;
    const auto& target = machine_.states[back];
    const bool has_edges = !target.bytes.empty() || !target.symbols.empty();
    if ((target.accepts && has_edges) || overlap(shapes_[l.body], target.bytes))
      return;
    const auto number = repetition_of(l.body, least, most);
    auto& state = machine_.states[s];
    state.bytes = l.out;
    state.symbols.push_back({first_symbol_ + number, back});
    std::sort(state.symbols.begin(), state.symbols.end(),
              [](const auto& a, const auto& b) { return a.symbol < b.symbol; });
  }

  static bool overlap(const shape& a, const std::vector<byte_edge>& b) {
    return std::any_of(a.begin(), a.end(), [&](const auto& x) {
      return std::any_of(b.begin(), b.end(), [&](const auto& y) {
        return x.lowest <= y.highest && y.lowest <= x.highest;
      });
    });
  }

  /// A copy of an endless state without its body.
  state_id without_body(state_id endless) {
    const auto [entry, added] =
        without_body_.emplace(endless, static_cast<state_id>(machine_.states.size()));
    if (added) {
      auto state = machine_.states[endless];
      state.bytes = links_[endless].out;
      machine_.states.push_back(std::move(state));
    }
    return entry->second;
  }

  std::uint32_t repetition_of(shape_id body, std::uint32_t least, std::uint32_t most) {
    const auto [entry, added] = numbers_.emplace(
        std::tuple(body, least, most), static_cast<std::uint32_t>(found_.repetitions.size()));
    if (added) {
      const auto [known, is_new] = bodies_.emplace(body, found_.bodies.size());
      if (is_new)
        found_.bodies.push_back(written(body));
      found_.repetitions.push_back({known->second, least, most});
    }
    return entry->second;
  }

  dfa written(shape_id body) const {
    dfa out;
    std::map<shape_id, state_id> states{{body, 0}};
    std::vector<shape_id> order{body};
    for (std::size_t i = 0; i < order.size(); ++i) {
      auto& state = out.states.emplace_back();
      state.accepts = order[i] == nothing;
      for (const auto& e : shapes_[order[i]]) {
        const auto [entry, added] = states.emplace(e.to, static_cast<state_id>(order.size()));
        if (added)
          order.push_back(e.to);
        state.bytes.push_back({e.lowest, e.highest, entry->second});
      }
    }
    return out;
  }

  void keep_only(const std::vector<bool>& seen) {
    std::vector<state_id> renamed(machine_.states.size());
    std::vector<dfa::state> kept;
    for (state_id s = 0; s < seen.size(); ++s)
      if (seen[s]) {
        renamed[s] = static_cast<state_id>(kept.size());
        kept.push_back(std::move(machine_.states[s]));
      }
    for (auto& state : kept) {
      for (auto& e : state.bytes)
        e.to = renamed[e.to];
      for (auto& e : state.symbols)
        e.to = renamed[e.to];
    }
    machine_.states = std::move(kept);
  }

  dfa& machine_;
  std::uint32_t first_symbol_;
  compile_budget& budget_;
  std::vector<link> links_; // by state
  std::map<std::pair<state_id, state_id>, shape_id> between_;
  std::map<shape, shape_id> ids_;
  std::vector<shape> shapes_; // by id
  std::map<state_id, state_id> without_body_;
  std::map<std::tuple<shape_id, std::uint32_t, std::uint32_t>, std::uint32_t> numbers_;
  std::map<shape_id, std::size_t> bodies_;
  folded_repetitions found_;
};

} // namespace

result<folded_repetitions> fold_repetitions(dfa& machine, std::uint32_t first_symbol,
                                            compile_budget& budget) {
  return folder(machine, first_symbol, budget).run();
}

} // namespace hadal::model
