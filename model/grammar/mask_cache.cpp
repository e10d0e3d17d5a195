#include "model/grammar/mask_cache.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

constexpr std::uint32_t unknown_config = 0;
constexpr std::uint32_t dead_config = 1;

// An entry with fewer tokens than this is a list; a mask would be larger and slower.
constexpr std::size_t few_max = 512;

constexpr std::uint64_t no_repetition = UINT64_MAX;

} // namespace

std::size_t mask_cache::set_hash::operator()(const thread_set& s) const noexcept {
  std::uint64_t h = s.ends ? 0x51ED'270B : 0;
  for (const auto& t : s.threads)
    h = (h ^ (std::uint64_t{t.at} << 32 | t.stack)) * 0x9E37'79B9'7F4A'7C15u + (h >> 31);
  return h;
}

mask_cache::mask_cache(const pushdown_automaton& automaton, const token_vocabulary& vocabulary)
  : automaton_(automaton), vocabulary_(vocabulary), local_(automaton) {
  forget();
}

void mask_cache::forget() {
  local_.reset();
  configs_.clear();
  configs_.resize(2);
  config_ids_.clear();
  config_ids_.emplace(thread_set{}, dead_config);
  entries_.clear();
  roots_.clear();
  memory_bytes_ = 0;
}

result<void> mask_cache::spend(std::uint64_t steps) {
  if (steps > steps_left_)
    return fail(error_code::invalid_request,
                "the grammar is too ambiguous: one token's mask costs too much");
  steps_left_ -= steps;
  return {};
}

// A count matters only near a bound: so many more bodies than the longest token has bytes cannot be
// gone through by one token.
stack_frame mask_cache::classified(stack_frame frame) const noexcept {
  frame.below = 0;
  if (!frame.is_repetition())
    return frame;
  const auto& r = automaton_.repetitions[frame.repetition()];
  const auto reach = vocabulary_.token_bytes_max() + 1;
  const bool least_far = frame.count + reach < r.least;
  const bool most_far = frame.count + reach < r.most;
  if (least_far && most_far)
    frame.count = 0;
  else if (frame.count >= r.least && most_far)
    frame.count = r.least;
  return frame;
}

result<void> mask_cache::add_to(token_mask& mask, const pushdown_run& run, const thread_set& set) {
  steps_left_ = limits::grammar_mask_steps_max;
  if (memory_bytes_ > limits::grammar_mask_cache_bytes_max)
    forget();
  const auto add = [&](const entry& e) {
    for (const token_id id : e.few)
      mask.allow(id);
    auto& words = mask.words();
    for (std::size_t i = 0; i < e.many.size(); ++i)
      words[i] |= e.many[i];
  };
  for (const auto& thread : set.threads) {
    for (const auto& edge : automaton_.states[thread.at].tokens)
      mask.allow(edge.id);
    if (automaton_.states[thread.at].bytes.empty())
      continue;
    auto stack = thread.stack;
    const bool counted = stack != pushdown_run::bottom && run.frame(stack).is_repetition();
    HADAL_TRY_ASSIGN(root, root_entry(thread.at, counted ? &run.frame(stack) : nullptr));
    if (counted)
      stack = run.frame(stack).below;
    auto current = root;
    add(entries_[current]);
    while (!entries_[current].open.empty() && stack != pushdown_run::bottom) {
      HADAL_TRY_ASSIGN(below, entry_below(current, run.frame(stack)));
      current = below;
      add(entries_[current]);
      stack = run.frame(stack).below;
    }
  }
  return {};
}

result<mask_cache::entry_id> mask_cache::root_entry(state_id state, const stack_frame* repetition) {
  auto stack = pushdown_run::bottom;
  std::uint64_t key = no_repetition;
  stack_frame frame;
  if (repetition) {
    frame = classified(*repetition);
    key = key_of(frame);
  }
  auto& by_state = roots_[state];
  if (const auto found = by_state.find(key); found != by_state.end())
    return found->second;
  if (repetition)
    stack = local_.push(frame);
  thread_set start;
  start.threads.push_back({state, stack});
  harvest found;
  HADAL_TRY(walk(intern(std::move(start)), found));
  const auto id = store(std::move(found));
  by_state.emplace(key, id);
  return id;
}

result<mask_cache::entry_id> mask_cache::entry_below(entry_id above, const stack_frame& frame) {
  auto top = classified(frame);
  if (const auto found = entries_[above].below.find(key_of(top));
      found != entries_[above].below.end())
    return found->second;
  thread_set start;
  if (!local_.return_to(local_.push(top), start))
    HADAL_TRY(spend(UINT64_MAX));
  harvest found;
  HADAL_TRY(resume(entries_[above].open, intern(std::move(start)), found));
  const auto id = store(std::move(found));
  entries_[above].below.emplace(key_of(top), id);
  return id;
}

/// The whole vocabulary, from `start`.
result<void> mask_cache::walk(config_id start, harvest& found) {
  const auto& tree = vocabulary_.tree();
  std::vector<config_id> path(vocabulary_.token_bytes_max() + 1, dead_config);
  std::vector<std::uint32_t> exits; // depths on the path where the rule could end
  path[0] = start;
  const auto leave_open = [&](std::uint32_t begin, std::uint32_t end) {
    for (auto position = begin; position < end; ++position)
      for (const auto offset : exits)
        found.open.push_back({position, offset});
    return spend(std::uint64_t{end - begin} * exits.size());
  };
  std::uint64_t visited = 0;
  for (std::uint32_t i = 0; i < tree.size();) {
    const auto& node = tree[i];
    ++visited;
    while (!exits.empty() && exits.back() >= node.depth)
      exits.pop_back();
    auto to = configs_[path[node.depth - 1u]].next[node.byte];
    if (to == unknown_config) {
      HADAL_TRY_ASSIGN(made, next(path[node.depth - 1u], node.byte));
      to = made;
    }
    if (to == dead_config) {
      if (!exits.empty())
        HADAL_TRY(leave_open(node.tokens_begin, node.tokens_end));
      i = node.after;
      continue;
    }
    path[node.depth] = to;
    for (auto position = node.tokens_begin; position < node.tokens_here; ++position)
      found.fitting.push_back(position);
    const auto& set = configs_[to].set;
    if (set.ends)
      exits.push_back(node.depth);
    if (set.threads.empty()) {
      HADAL_TRY(leave_open(node.tokens_here, node.tokens_end));
      i = node.after;
      continue;
    }
    ++i;
  }
  return spend(visited);
}

/// The rest of tokens that left the rule above, from `start`.
result<void> mask_cache::resume(const std::vector<open_token>& open, config_id start,
                                harvest& found) {
  for (std::size_t first = 0; first < open.size();) {
    const auto position = open[first].position;
    const auto text = vocabulary_.bytes_at(position);
    const auto opened = found.open.size();
    bool fits = false;
    std::size_t i = first;
    for (; i < open.size() && open[i].position == position; ++i) {
      if (start == dead_config)
        continue;
      auto config = start;
      if (configs_[config].set.ends)
        found.open.push_back(open[i]);
      for (auto offset = std::size_t{open[i].offset}; offset < text.size() && !fits;) {
        HADAL_TRY_ASSIGN(to, next(config, static_cast<std::uint8_t>(text[offset])));
        config = to;
        if (config == dead_config)
          break;
        if (++offset == text.size())
          fits = true;
        else if (configs_[config].set.ends)
          found.open.push_back({position, static_cast<std::uint32_t>(offset)});
      }
    }
    HADAL_TRY(spend(i - first));
    if (fits) {
      found.open.resize(opened);
      found.fitting.push_back(position);
    }
    first = i;
  }
  return {};
}

result<mask_cache::config_id> mask_cache::next(config_id from, std::uint8_t byte) {
  if (const auto known = configs_[from].next[byte]; known != unknown_config)
    return known;
  thread_set out;
  if (!local_.step(configs_[from].set, byte, out))
    HADAL_TRY(spend(UINT64_MAX));
  HADAL_TRY(spend(16 + 8 * (out.threads.size() + configs_[from].set.threads.size())));
  const auto to = intern(std::move(out));
  configs_[from].next[byte] = to;
  return to;
}

mask_cache::config_id mask_cache::intern(thread_set set) {
  const auto [entry, added] =
      config_ids_.emplace(std::move(set), static_cast<config_id>(configs_.size()));
  if (added) {
    configs_.emplace_back();
    configs_.back().set = entry->first;
    memory_bytes_ += sizeof(config) + 2 * sizeof(stack_thread) * entry->first.threads.size() + 128;
  }
  return entry->second;
}

mask_cache::entry_id mask_cache::store(harvest found) {
  entry e;
  if (found.fitting.size() < few_max) {
    for (const auto position : found.fitting)
      e.few.push_back(vocabulary_.id_at(position));
  } else {
    token_mask mask(vocabulary_.size());
    for (const auto position : found.fitting)
      mask.allow(vocabulary_.id_at(position));
    e.many = std::move(mask.words());
  }
  // A token may have left at several depths, in any order of discovery.
  std::sort(found.open.begin(), found.open.end(), [](const open_token& a, const open_token& b) {
    return a.position != b.position ? a.position < b.position : a.offset < b.offset;
  });
  found.open.erase(std::unique(found.open.begin(), found.open.end(),
                               [](const open_token& a, const open_token& b) {
                                 return a.position == b.position && a.offset == b.offset;
                               }),
                   found.open.end());
  found.open.shrink_to_fit();
  e.open = std::move(found.open);
  memory_bytes_ += sizeof(entry) + e.few.size() * sizeof(token_id) + e.many.size() * 8 +
                   e.open.size() * sizeof(open_token) + 128;
  entries_.push_back(std::move(e));
  return static_cast<entry_id>(entries_.size() - 1);
}

} // namespace hadal::model
