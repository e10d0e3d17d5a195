#include "model/grammar/mask_cache.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

// An entry with fewer tokens than this is a list; a mask would be larger and slower.
constexpr std::size_t few_max = 512;

// A branch of the vocabulary's tree with fewer nodes is not worth the question whether all of it
// can be read.
constexpr std::uint32_t branch_nodes_min = 4;

} // namespace

void mask_cache::harvest::add_fitting(std::uint32_t begin, std::uint32_t end) {
  fitting_count += end - begin;
  if (!fitting.empty() && fitting.back().end == begin)
    fitting.back().end = end;
  else if (begin < end)
    fitting.push_back({begin, end});
}

std::size_t mask_cache::root_hash::operator()(const root& r) const noexcept {
  std::uint64_t h = r.state;
  for (const auto& f : r.frames)
    h = (h ^ key_of(f)) * 0x9E37'79B9'7F4A'7C15u + (h >> 31);
  return h;
}

mask_cache::mask_cache(const pushdown_automaton& automaton, const token_vocabulary& vocabulary)
  : automaton_(automaton), vocabulary_(vocabulary), graph_(automaton) {}

void mask_cache::forget() {
  graph_.forget();
  entries_.clear();
  roots_.clear();
  memory_bytes_ = 0;
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
  graph_.allow(limits::grammar_mask_steps_max);
  if (memory_bytes() > limits::grammar_mask_cache_bytes_max)
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
    root where;
    where.state = thread.at;
    if (stack != pushdown_run::bottom && run.frame(stack).is_repetition())
      for (; where.frame_count < where.frames.size() && stack != pushdown_run::bottom;
           stack = run.frame(stack).below)
        where.frames[where.frame_count++] = classified(run.frame(stack));
    HADAL_TRY_ASSIGN(current, root_entry(where));
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

result<mask_cache::entry_id> mask_cache::root_entry(const root& where) {
  if (const auto found = roots_.find(where); found != roots_.end())
    return found->second;
  auto frames = where.frames;
  std::reverse(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(where.frame_count));
  harvest found;
  HADAL_TRY(walk(graph_.start(where.state, {frames.data(), where.frame_count}), found));
  const auto id = store(std::move(found));
  roots_.emplace(where, id);
  return id;
}

result<mask_cache::entry_id> mask_cache::entry_below(entry_id above, const stack_frame& frame) {
  const auto top = classified(frame);
  if (const auto found = entries_[above].below.find(key_of(top));
      found != entries_[above].below.end())
    return found->second;
  HADAL_TRY_ASSIGN(start, graph_.returned(top));
  harvest found;
  HADAL_TRY(resume(entries_[above].open, start, found));
  const auto id = store(std::move(found));
  entries_[above].below.emplace(key_of(top), id);
  return id;
}

/// The whole vocabulary, from `start`.
result<void> mask_cache::walk(config_id start, harvest& found) {
  const auto& tree = vocabulary_.tree();
  std::vector<config_id> path(vocabulary_.token_bytes_max() + 1, config_graph::dead);
  std::vector<std::uint32_t> exits; // depths on the path where the rule could end
  path[0] = start;
  const auto leave_open = [&](std::uint32_t begin, std::uint32_t end) {
    for (auto position = begin; position < end; ++position)
      for (const auto offset : exits)
        found.open.push_back({position, offset});
    return graph_.spend(std::uint64_t{end - begin} * exits.size());
  };
  std::uint64_t visited = 0;
  for (std::uint32_t i = 0; i < tree.size();) {
    const auto& node = tree[i];
    ++visited;
    while (!exits.empty() && exits.back() >= node.depth)
      exits.pop_back();
    if (node.texts != 0 && node.after - i >= branch_nodes_min) {
      HADAL_TRY_ASSIGN(all, graph_.reads_all(path[node.depth - 1u - node.into],
                                             vocabulary_.texts()[node.texts]));
      if (all) {
        found.add_fitting(node.tokens_begin, node.tokens_end);
        i = node.after;
        continue;
      }
    }
    HADAL_TRY_ASSIGN(to, graph_.next(path[node.depth - 1u], node.byte));
    if (to == config_graph::dead) {
      if (!exits.empty())
        HADAL_TRY(leave_open(node.tokens_begin, node.tokens_end));
      i = node.after;
      continue;
    }
    path[node.depth] = to;
    found.add_fitting(node.tokens_begin, node.tokens_here);
    const auto& set = graph_.set(to);
    if (set.ends)
      exits.push_back(node.depth);
    if (set.threads.empty()) {
      HADAL_TRY(leave_open(node.tokens_here, node.tokens_end));
      i = node.after;
      continue;
    }
    ++i;
  }
  return graph_.spend(visited);
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
      if (start == config_graph::dead)
        continue;
      auto config = start;
      if (graph_.set(config).ends)
        found.open.push_back(open[i]);
      for (auto offset = std::size_t{open[i].offset}; offset < text.size() && !fits;) {
        HADAL_TRY_ASSIGN(to, graph_.next(config, static_cast<std::uint8_t>(text[offset])));
        config = to;
        if (config == config_graph::dead)
          break;
        if (++offset == text.size())
          fits = true;
        else if (graph_.set(config).ends)
          found.open.push_back({position, static_cast<std::uint32_t>(offset)});
      }
    }
    HADAL_TRY(graph_.spend(i - first));
    if (fits) {
      found.open.resize(opened);
      found.add_fitting(position, position + 1);
    }
    first = i;
  }
  return {};
}

mask_cache::entry_id mask_cache::store(harvest found) {
  entry e;
  const auto each = [&](const position_range& range, const auto& f) {
    for (auto position = range.begin; position < range.end; ++position)
      f(vocabulary_.id_at(position));
  };
  if (found.fitting_count < few_max) {
    for (const auto& range : found.fitting)
      each(range, [&](token_id id) { e.few.push_back(id); });
  } else if (found.fitting_count < vocabulary_.text_token_count() / 2) {
    token_mask mask(vocabulary_.size());
    for (const auto& range : found.fitting)
      each(range, [&](token_id id) { mask.allow(id); });
    e.many = std::move(mask.words());
  } else { // those that do not fit are fewer
    auto mask = vocabulary_.text_tokens();
    const auto all = static_cast<std::uint32_t>(vocabulary_.text_token_count());
    found.fitting.push_back({all, all});
    std::uint32_t begin = 0;
    for (const auto& range : found.fitting) {
      each({begin, range.begin}, [&](token_id id) { mask.refuse(id); });
      begin = range.end;
    }
    e.many = std::move(mask.words());
  }
  // A token may have left at several depths, in any order of discovery.
  const auto order = [](const open_token& a, const open_token& b) {
    return a.position != b.position ? a.position < b.position : a.offset < b.offset;
  };
  if (!std::is_sorted(found.open.begin(), found.open.end(), order))
    std::sort(found.open.begin(), found.open.end(), order);
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
