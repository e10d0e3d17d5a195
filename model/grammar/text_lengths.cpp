#include "model/grammar/text_lengths.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace hadal::model {

namespace {

constexpr std::uint32_t unreached = UINT32_MAX;

/// Number of characters that begin on an edge: one or none.
std::uint32_t characters_on(const byte_edge& edge) {
  return continues_code_point(static_cast<char>(edge.lowest)) ? 0 : 1;
}

/// By state, the weight of the lightest way to an end; an edge weighs 0 or 1.
template <class Weight>
result<std::vector<std::uint32_t>> lightest_ways(const dfa& texts, const Weight& weight,
                                                 compile_budget& budget) {
  std::vector<std::vector<std::pair<state_id, std::uint32_t>>> into(texts.states.size());
  std::vector<std::uint32_t> ways(texts.states.size(), unreached);
  std::vector<state_id> work; // all at the same distance
  for (state_id s = 0; s < texts.states.size(); ++s) {
    HADAL_TRY(budget.spend(1 + texts.states[s].bytes.size()));
    for (const auto& e : texts.states[s].bytes)
      into[e.to].emplace_back(s, weight(e));
    if (texts.states[s].accepts) {
      ways[s] = 0;
      work.push_back(s);
    }
  }
  for (std::uint32_t distance = 0; !work.empty(); ++distance) {
    std::vector<state_id> farther;
    while (!work.empty()) {
      const auto s = work.back();
      work.pop_back();
      if (ways[s] != distance)
        continue;
      HADAL_TRY(budget.spend(1 + into[s].size()));
      for (const auto& [from, more] : into[s])
        if (distance + more < ways[from]) {
          ways[from] = distance + more;
          (more == 0 ? work : farther).push_back(from);
        }
    }
    work = std::move(farther);
  }
  return ways;
}

/// Empty if a path has a cycle.
result<std::optional<std::uint32_t>> longest_way(const dfa& texts, compile_budget& budget) {
  std::vector<std::uint32_t> entries(texts.states.size(), 0);
  for (const auto& s : texts.states)
    for (const auto& e : s.bytes)
      ++entries[e.to];
  std::vector<std::uint32_t> ways(texts.states.size(), 0);
  std::vector<state_id> work;
  for (state_id s = 0; s < texts.states.size(); ++s)
    if (entries[s] == 0)
      work.push_back(s);
  std::size_t ordered = 0;
  std::uint32_t longest = 0;
  for (; !work.empty(); ++ordered) {
    const auto s = work.back();
    work.pop_back();
    HADAL_TRY(budget.spend(1 + texts.states[s].bytes.size()));
    longest = std::max(longest, ways[s]);
    for (const auto& e : texts.states[s].bytes) {
      ways[e.to] = std::max(ways[e.to], ways[s] + characters_on(e));
      if (--entries[e.to] == 0)
        work.push_back(e.to);
    }
  }
  return ordered == texts.states.size() ? std::optional(longest) : std::nullopt;
}

/// No answer holds so many names.
constexpr std::uint64_t many = INT32_MAX;

/// By state that is `inside`, the number of ways from it that leave those states, and, where it
/// accepts, one more; UINT32_MAX for more than `many`.
template <class Inside>
result<std::vector<std::uint32_t>> count_ways(const dfa& texts, const Inside& inside,
                                              compile_budget& budget) {
  const auto size = texts.states.size();
  std::vector<std::vector<state_id>> into(size);
  std::vector<std::uint32_t> open(size, 0); // number of edges with uncounted targets
  std::vector<state_id> work;
  for (state_id s = 0; s < size; ++s) {
    HADAL_TRY(budget.spend(1 + texts.states[s].bytes.size()));
    if (!inside(s))
      continue;
    for (const auto& e : texts.states[s].bytes)
      if (inside(e.to)) {
        ++open[s];
        into[e.to].push_back(s);
      }
    if (open[s] == 0)
      work.push_back(s);
  }
  std::vector<std::uint32_t> ways(size, 0);
  for (state_id s = 0; s < size; ++s)
    if (inside(s))
      ways[s] = UINT32_MAX; // until it is counted; the remaining states are in cycles
  while (!work.empty()) {
    const auto s = work.back();
    work.pop_back();
    std::uint64_t all = texts.states[s].accepts ? 1 : 0;
    for (const auto& e : texts.states[s].bytes)
      all = std::min<std::uint64_t>(all + (e.highest - e.lowest + 1u) *
                                              (inside(e.to) ? std::uint64_t{ways[e.to]} : 1),
                                    UINT32_MAX);
    ways[s] = all < many ? static_cast<std::uint32_t>(all) : UINT32_MAX;
    for (const auto from : into[s])
      if (--open[from] == 0)
        work.push_back(from);
  }
  return ways;
}

} // namespace

result<std::uint32_t> texts_in(const dfa& texts, compile_budget& budget) {
  if (texts.empty())
    return 0;
  HADAL_TRY_ASSIGN(ways, count_ways(
                             texts, [](state_id) { return true; }, budget));
  return ways[0];
}

result<std::vector<std::uint32_t>> names_left(const dfa& texts, compile_budget& budget) {
  return count_ways(
      texts, [&](state_id s) { return (texts.states[s].marks & name_mark) != 0; }, budget);
}

result<text_lengths> lengths_of(const dfa& texts, compile_budget& budget) {
  HADAL_TRY_ASSIGN(shortest, lightest_ways(texts, characters_on, budget));
  HADAL_TRY_ASSIGN(longest, longest_way(texts, budget));
  return text_lengths{shortest[0], longest};
}

result<std::vector<std::uint32_t>> marks_to_end(const dfa& texts, compile_budget& budget) {
  const auto weight = [&](const byte_edge& e) {
    return (texts.states[e.to].marks & character_mark) != 0 ? 1u : 0u;
  };
  return lightest_ways(texts, weight, budget);
}

result<dfa> texts_of_length(const dfa& texts, std::uint32_t least,
                            std::optional<std::uint32_t> most, compile_budget& budget) {
  dfa out;
  if (texts.empty() || (most && *most < least))
    return out;
  HADAL_TRY_ASSIGN(needed, lightest_ways(texts, characters_on, budget));
  using place = std::pair<state_id, std::uint32_t>; // a state, and the characters before it
  std::map<place, state_id> ids;
  std::vector<place> places;
  const auto intern = [&](place p) {
    const auto [entry, added] = ids.emplace(p, static_cast<state_id>(places.size()));
    if (added) {
      places.push_back(p);
      out.states.emplace_back();
      out.states.back().accepts = texts.states[p.first].accepts && p.second >= least;
    }
    return entry->second;
  };
  if (most && needed[0] > *most)
    return out;
  intern({0, 0});
  for (std::size_t i = 0; i < places.size(); ++i) {
    HADAL_TRY(budget.spend(32));
    if (places.size() > limits::grammar_states_max)
      return fail(error_code::invalid_request, "the pattern needs too many states");
    const auto [s, before] = places[i];
    for (const auto& e : texts.states[s].bytes) {
      auto count = before + characters_on(e);
      if (most && count + needed[e.to] > *most)
        continue;
      if (!most)
        count = std::min(count, least);
      const auto to = intern({e.to, count});
      out.states[i].bytes.push_back({e.lowest, e.highest, to});
    }
  }
  drop_dead_ends(out);
  return out;
}

} // namespace hadal::model
