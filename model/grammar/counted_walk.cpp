#include "model/grammar/counted_walk.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

// For a branch with fewer nodes the test whether all of it can be read does not pay.
constexpr std::uint32_t branch_nodes_min = 2;

// Tokens with a shift are stored one by one unless a branch has this many; at most shifts_max
// shifts get a mask of their own.
constexpr std::uint32_t shifted_tokens_min = 64;
constexpr std::size_t shifts_max = 8;

} // namespace

// -- what was found ------------------------------------------------------------------------------

kernels::token_mask counted_harvest::fitting(std::uint32_t count,
                                             const pushdown_automaton::repetition& bounds,
                                             const token_vocabulary& vocabulary,
                                             std::vector<open_branch>& open) const {
  const auto most = // number of bodies from here on
      bounds.most == bounds.unbounded ? bounds.unbounded : bounds.most - count;
  const std::uint32_t least = bounds.least > count ? bounds.least - count : 0;
  kernels::token_mask mask(vocabulary.size());
  for (const auto& group : staying_)
    if (const auto characters = std::int64_t{most} - group.shift; characters > 0)
      vocabulary.add_short(mask, group.mask, static_cast<std::size_t>(characters));
  for (const auto& token : single_) {
    if (token.bodies > most)
      break;
    mask.allow(token.id);
  }
  for (const auto& range : leaving_)
    if (least <= range.bodies && range.bodies <= most)
      for (auto position = range.begin; position < range.end; ++position)
        mask.allow(vocabulary.id_at(position));
  for (const auto& [bodies, branch] : open_)
    if (least <= bodies && bodies <= most)
      open.push_back(branch);
  return mask;
}

std::size_t counted_harvest::memory_bytes() const noexcept {
  std::size_t bytes = sizeof(*this) + 128 + single_.size() * sizeof(single) +
                      leaving_.size() * sizeof(leaving) + open_.size() * sizeof(opened);
  for (const auto& group : staying_)
    bytes += sizeof(group) + group.mask.words().size() * 8;
  return bytes;
}

// -- the walk ------------------------------------------------------------------------------------

counted_walk::counted_walk(const pushdown_automaton& automaton, config_graph& graph,
                           const token_vocabulary& vocabulary)
  : automaton_(automaton), graph_(graph), vocabulary_(vocabulary),
    simple_(automaton.repetitions.size()), path_(vocabulary.token_bytes_max() + 1) {}

result<std::unique_ptr<counted_harvest>> counted_walk::whole(state_id at, const stack_frame& top,
                                                             const stack_frame* below) {
  if (!is_simple(top.repetition()))
    return nullptr;
  body_ = graph_.start(automaton_.repetitions[top.repetition()].start, {});
  following_ = config_graph::dead;
  if (below) {
    HADAL_TRY_ASSIGN(following, graph_.returned(*below));
    following_ = following;
    HADAL_TRY_ASSIGN(decided, is_decided_by_byte());
    if (!decided)
      return nullptr;
  }
  HADAL_TRY(find_usual());
  exits_.clear();
  path_[0] = {};
  path_[0].config = graph_.start(at, {});
  path_[0].within = true; // no exit before the end of the first body
  auto found = std::make_unique<counted_harvest>();
  found->staying_.emplace_back();
  HADAL_TRY(nodes(*found));
  for (auto& group : found->staying_) {
    group.mask = group.tokens.mask(vocabulary_, true);
    group.tokens = {};
  }
  std::sort(found->single_.begin(), found->single_.end(),
            [](const auto& a, const auto& b) { return a.bodies < b.bodies; });
  return found;
}

/// True if every state of the body has only byte edges or is its end.
bool counted_walk::is_simple(std::uint32_t repetition) {
  auto& simple = simple_[repetition];
  if (simple)
    return *simple;
  std::vector<state_id> states{automaton_.repetitions[repetition].start};
  simple = !automaton_.repetitions[repetition].is_text;
  for (std::size_t i = 0; i < states.size() && *simple; ++i) {
    const auto& s = automaton_.states[states[i]];
    simple = s.is_end() || (!s.accepts && s.calls.empty() && s.repeats.empty() && s.tokens.empty());
    for (const auto& e : s.bytes)
      if (std::find(states.begin(), states.end(), e.to) == states.end())
        states.push_back(e.to);
  }
  return *simple;
}

/// True if after a body the next byte decides between another body and the end.
result<bool> counted_walk::is_decided_by_byte() {
  if (graph_.set(following_).ends)
    return false;
  HADAL_TRY(graph_.spend(256));
  for (unsigned byte = 0; byte < 256; ++byte) {
    HADAL_TRY_ASSIGN(body, graph_.next(body_, static_cast<std::uint8_t>(byte)));
    HADAL_TRY_ASSIGN(other, graph_.next(following_, static_cast<std::uint8_t>(byte)));
    if (body != config_graph::dead && other != config_graph::dead)
      return false;
  }
  return true;
}

result<void> counted_walk::find_usual() {
  HADAL_TRY_ASSIGN(step, graph_.usual(body_));
  usual_ = graph_.set(step.to).threads.empty() ? step.characters : character_set{};
  return {};
}

result<counted_walk::place> counted_walk::after(const place& from, std::uint8_t byte) {
  place to = from;
  to.characters += continues_code_point(static_cast<char>(byte)) ? 0 : 1;
  if (!from.left) {
    HADAL_TRY_ASSIGN(within, graph_.next(from.config, byte));
    to.config = within;
    if (within != config_graph::dead) {
      to.within = !graph_.set(within).ends;
      if (!to.within) {
        to.config = body_;
        ++to.bodies;
      }
      return to;
    }
    if (from.within)
      return to;
    to.left = true;
  }
  HADAL_TRY_ASSIGN(config, graph_.next(from.left ? from.config : following_, byte));
  to.config = config;
  return to;
}

result<void> counted_walk::nodes(counted_harvest& found) {
  const auto& tree = vocabulary_.tree();
  std::uint64_t visited = 0;
  for (std::uint32_t i = 0; i < tree.size();) {
    const auto& node = tree[i];
    ++visited;
    while (!exits_.empty() && exits_.back() >= node.depth)
      exits_.pop_back();
    const auto before = node.depth - 1u;
    if (node.texts != 0 && node.after - i >= branch_nodes_min && before >= node.into) {
      const auto& texts = vocabulary_.texts()[node.texts];
      const auto& from = path_[before - node.into];
      auto all = !from.left && from.config == body_ && usual_.includes(texts.characters);
      if (from.left) {
        HADAL_TRY_ASSIGN(reads, graph_.reads_all(from.config, texts));
        all = reads;
      }
      if (all) {
        if (from.left)
          found.leaving_.push_back({from.bodies, node.tokens_begin, node.tokens_end});
        else
          stay(node.tokens_begin, node.tokens_end,
               std::int64_t{from.bodies} - std::int64_t{from.characters}, found);
        i = node.after;
        continue;
      }
    }
    const auto& above = path_[before];
    HADAL_TRY_ASSIGN(here, after(above, node.byte));
    if (here.config == config_graph::dead) {
      visited += exits_.size();
      leave_open({i, node.after, before, 0}, here.bodies, found);
      i = node.after;
      continue;
    }
    path_[node.depth] = here;
    ++i;
    if (!here.left) {
      const auto needed = here.bodies + (here.within ? 1u : 0u);
      stay(node.tokens_begin, node.tokens_here,
           std::int64_t{needed} - std::int64_t{here.characters}, found);
      continue;
    }
    if (node.tokens_begin < node.tokens_here)
      found.leaving_.push_back({here.bodies, node.tokens_begin, node.tokens_here});
    const auto& set = graph_.set(here.config);
    if (set.ends)
      exits_.push_back(node.depth);
    if (set.threads.empty()) {
      visited += exits_.size();
      leave_open({i, node.after, node.depth, 0}, here.bodies, found);
      i = node.after;
    }
  }
  return graph_.spend(visited);
}

void counted_walk::stay(std::uint32_t begin, std::uint32_t end, std::int64_t shift,
                        counted_harvest& found) const {
  if (begin == end)
    return;
  auto group = std::find_if(found.staying_.begin(), found.staying_.end(),
                            [&](const auto& g) { return g.shift == shift; });
  if (group == found.staying_.end() && end - begin >= shifted_tokens_min &&
      found.staying_.size() < shifts_max) {
    found.staying_.emplace_back();
    group = found.staying_.end() - 1;
    group->shift = shift;
  }
  if (group != found.staying_.end()) {
    group->tokens.add_fitting(begin, end);
    return;
  }
  for (auto position = begin; position < end; ++position) {
    const auto characters = static_cast<std::int64_t>(vocabulary_.characters_at(position));
    found.single_.push_back(
        {static_cast<std::uint32_t>(characters + shift), vocabulary_.id_at(position)});
  }
}

void counted_walk::leave_open(open_branch branch, std::uint32_t bodies,
                              counted_harvest& found) const {
  for (const auto offset : exits_)
    if (branch.offset = offset; branch.begin < branch.end)
      found.open_.push_back({bodies, branch});
}

} // namespace hadal::model
