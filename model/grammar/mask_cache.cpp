#include "model/grammar/mask_cache.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <bit>

namespace hadal::model {

namespace {

// An entry with fewer tokens than this is stored as a list; a mask would be larger and slower.
constexpr std::size_t few_max = 512;

/// Stops counting at few_max.
bool is_few(const kernels::token_mask& mask) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < mask.words().size() && count < few_max; ++i)
    count += static_cast<std::size_t>(std::popcount(mask.words()[i]));
  return count < few_max;
}

} // namespace

std::size_t mask_cache::root_hash::operator()(const root& r) const noexcept {
  std::uint64_t h = r.state;
  for (const auto& f : r.frames)
    h = (h ^ key_of(f)) * 0x9E37'79B9'7F4A'7C15u + (h >> 31);
  return h;
}

mask_cache::mask_cache(const pushdown_automaton& automaton, const token_vocabulary& vocabulary)
  : automaton_(automaton), vocabulary_(vocabulary), graph_(automaton), walk_(graph_, vocabulary),
    counted_walk_(automaton, graph_, vocabulary) {}

void mask_cache::forget() {
  graph_.forget();
  entries_.clear();
  roots_.clear();
  counted_.clear();
  memory_bytes_ = 0;
}

// A count matters only near a bound: one token cannot pass more bodies than the longest token has
// bytes.
stack_frame mask_cache::classified(stack_frame frame) const noexcept {
  frame.below = 0;
  if (!frame.is_repetition())
    return frame;
  const auto& r = automaton_.repetitions[frame.repetition()];
  const auto reach = vocabulary_.token_bytes_max() + 1;
  if (r.is_text) {
    if (frame.count + reach + r.needed_max <= r.most)
      frame.count = 0;
    return frame;
  }
  const bool least_far = frame.count + reach < r.least;
  const bool most_far = r.most == r.unbounded || frame.count + reach < r.most;
  if (least_far && most_far)
    frame.count = 0;
  else if (frame.count >= r.least && most_far)
    frame.count = r.least;
  return frame;
}

result<void> mask_cache::add_to(kernels::token_mask& mask, const pushdown_run& run,
                                const thread_set& set) {
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
  // Frames of names are left out: masks allow repeated names.
  const auto known = [&](frame_id stack) {
    while (stack != pushdown_run::bottom && run.frame(stack).is_of_names())
      stack = run.frame(stack).below;
    return stack;
  };
  for (const auto& thread : set.threads) {
    for (const auto& edge : automaton_.states[thread.at].tokens)
      mask.allow(edge.id);
    if (automaton_.states[thread.at].bytes.empty())
      continue;
    auto stack = known(thread.stack);
    root where;
    where.state = thread.at;
    if (stack != pushdown_run::bottom && run.frame(stack).is_repetition())
      for (; where.frame_count < where.frames.size() && stack != pushdown_run::bottom;
           stack = known(run.frame(stack).below))
        where.frames[where.frame_count++] = classified(run.frame(stack));
    HADAL_TRY_ASSIGN(current, root_entry(where));
    add(entries_[current]);
    while (!entries_[current].open.empty() && stack != pushdown_run::bottom) {
      HADAL_TRY_ASSIGN(below, entry_below(current, run.frame(stack)));
      current = below;
      add(entries_[current]);
      stack = known(run.frame(stack).below);
    }
  }
  return {};
}

result<mask_cache::entry_id> mask_cache::root_entry(const root& where) {
  if (const auto found = roots_.find(where); found != roots_.end())
    return found->second;
  if (where.frame_count > 0) {
    HADAL_TRY_ASSIGN(id, counted_entry(where));
    if (id != no_entry) {
      roots_.emplace(where, id);
      return id;
    }
  }
  auto frames = where.frames;
  std::reverse(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(where.frame_count));
  token_harvest found;
  HADAL_TRY(walk_.whole(graph_.start(where.state, {frames.data(), where.frame_count}), found));
  const auto id = store(std::move(found), true);
  roots_.emplace(where, id);
  return id;
}

result<mask_cache::entry_id> mask_cache::counted_entry(const root& where) {
  auto any_count = where;
  any_count.frames[0].count = 0;
  auto known = counted_.find(any_count);
  if (known == counted_.end()) {
    HADAL_TRY_ASSIGN(found,
                     counted_walk_.whole(where.state, where.frames[0],
                                         where.frame_count > 1 ? &where.frames[1] : nullptr));
    memory_bytes_ += found ? found->memory_bytes() : 128;
    known = counted_.emplace(any_count, std::move(found)).first;
  }
  if (!known->second)
    return no_entry;
  const auto& repetition = automaton_.repetitions[where.frames[0].repetition()];
  entry e;
  auto mask = known->second->fitting(where.frames[0].count, repetition, vocabulary_, e.open);
  if (is_few(mask)) {
    for (std::size_t i = 0; i < mask.words().size(); ++i)
      for (auto word = mask.words()[i]; word != 0; word &= word - 1)
        e.few.push_back(static_cast<token_id>(64 * i) + std::countr_zero(word));
  } else {
    e.many = std::move(mask.words());
  }
  return keep(std::move(e));
}

result<mask_cache::entry_id> mask_cache::entry_below(entry_id above, const stack_frame& frame) {
  const auto top = classified(frame);
  if (const auto found = entries_[above].below.find(key_of(top));
      found != entries_[above].below.end())
    return found->second;
  HADAL_TRY_ASSIGN(start, graph_.returned(top));
  token_harvest found;
  if (start != config_graph::dead)
    for (const auto& branch : entries_[above].open)
      HADAL_TRY(walk_.rest(start, branch, found));
  const auto id = store(std::move(found), false);
  entries_[above].below.emplace(key_of(top), id);
  return id;
}

mask_cache::entry_id mask_cache::store(token_harvest found, bool in_order) {
  entry e;
  if (found.fitting_count < few_max) {
    for (const auto& range : found.fitting)
      for (auto position = range.begin; position < range.end; ++position)
        e.few.push_back(vocabulary_.id_at(position));
  } else {
    e.many = std::move(found.mask(vocabulary_, in_order).words());
  }
  found.open.shrink_to_fit();
  e.open = std::move(found.open);
  return keep(std::move(e));
}

mask_cache::entry_id mask_cache::keep(entry e) {
  memory_bytes_ += sizeof(entry) + e.few.size() * sizeof(token_id) + e.many.size() * 8 +
                   e.open.size() * sizeof(open_branch) + 128;
  entries_.push_back(std::move(e));
  return static_cast<entry_id>(entries_.size() - 1);
}

} // namespace hadal::model
