#include "model/grammar/pushdown_run.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

// Below this many threads a linear search is faster than a table.
constexpr std::size_t linear_search_max = 24;

std::uint64_t key_of(stack_thread t) {
  return std::uint64_t{t.at} << 32 | t.stack;
}

} // namespace

pushdown_run::pushdown_run(const pushdown_automaton& automaton, name_rule names)
  : automaton_(automaton), names_differ_(automaton.has_names && names == name_rule::must_differ) {
  reset();
}

void pushdown_run::reset() {
  frames_.assign(1, {});
  depths_.assign(1, 0);
  ids_.clear();
}

frame_id pushdown_run::push(stack_frame frame) {
  const auto [entry, added] = ids_.emplace(frame, static_cast<frame_id>(frames_.size()));
  if (added) {
    frames_.push_back(frame);
    depths_.push_back(depths_[frame.below] + 1);
    if (depths_.back() > limits::grammar_stack_max)
      over_ = true;
  }
  return entry->second;
}

bool pushdown_run::begin(thread_set& out) {
  const bool has_names = names_differ_ && automaton_.start_has_names;
  return enter(automaton_.start,
               has_names ? push({stack_frame::names, free_names::none, bottom}) : bottom, out);
}

bool pushdown_run::enter(state_id state, frame_id stack, thread_set& out) {
  visited_.clear();
  seen_.clear();
  settled_ = 0;
  over_ = false;
  visit({state, stack});
  return settle(out);
}

bool pushdown_run::return_to(frame_id stack, thread_set& out) {
  visited_.clear();
  seen_.clear();
  settled_ = 0;
  over_ = false;
  unwind(stack, out);
  return settle(out);
}

bool pushdown_run::step(const thread_set& from, std::uint8_t byte, thread_set& out) {
  visited_.clear();
  seen_.clear();
  settled_ = 0;
  over_ = false;
  for (const auto& thread : from.threads)
    if (const auto to = automaton_.next(thread.at, byte))
      arrive(thread, byte, *to);
  return settle(out);
}

bool pushdown_run::step_token(const thread_set& from, token_id id, thread_set& out) {
  visited_.clear();
  seen_.clear();
  settled_ = 0;
  over_ = false;
  for (const auto& thread : from.threads)
    for (const auto& edge : automaton_.states[thread.at].tokens)
      if (edge.id == id)
        visit({edge.to, thread.stack});
  return settle(out);
}

/// Continues at `to` after a byte; if that is counted, only if the text can still be ended.
void pushdown_run::arrive(const stack_thread& from, std::uint8_t byte, state_id to) {
  auto stack = from.stack;
  const auto& state = automaton_.states[to];
  if (state.needed != pushdown_automaton::state::not_counted) {
    auto top = frames_[stack];
    HADAL_ASSERT(top.is_repetition());
    const auto most = automaton_.repetitions[top.repetition()].most;
    if (++top.count > most || most - top.count < state.needed)
      return;
    stack = push(top);
  }
  const bool was_in_name = automaton_.states[from.at].in_name();
  if (names_differ_ && (was_in_name || state.in_name())) {
    std::optional<frame_id> here;
    if (!was_in_name)
      here = push({stack_frame::name, free_names::nothing, stack});
    else if (state.in_name())
      here = within_name(stack, byte, to);
    else if (state.ends_name)
      here = end_name(stack);
    else
      here = frames_[stack].below; // a name that the schema lists
    if (!here)
      return;
    stack = *here;
  }
  visit({to, stack});
}

frame_id pushdown_run::names_below(frame_id stack) const {
  while (frames_[stack].target != stack_frame::names) {
    HADAL_ASSERT(stack != bottom);
    stack = frames_[stack].below;
  }
  return stack;
}

std::vector<std::string> pushdown_run::repeatable(frame_id stack) const {
  return names_.rests(frames_[names_below(stack)].count, frames_[stack].count);
}

std::optional<frame_id> pushdown_run::within_name(frame_id stack, std::uint8_t byte, state_id to) {
  auto top = frames_[stack];
  top.count = names_.longer(top.count, byte);
  const auto left = automaton_.states[to].names_left;
  if (left != pushdown_automaton::state::endless &&
      names_.count(frames_[names_below(stack)].count, top.count) >= left)
    return std::nullopt; // every continuation leads to an existing name
  return push(top);
}

/// Adds the name that was read to those of its object, in a frame further down.
std::optional<frame_id> pushdown_run::end_name(frame_id stack) {
  const auto name = frames_[stack].count;
  const auto of_object = names_below(stack);
  auto object = frames_[of_object];
  if (names_.has(object.count, name))
    return std::nullopt;
  std::vector<stack_frame> between; // of rules and repetitions inside the object
  for (auto f = frames_[stack].below; f != of_object; f = frames_[f].below)
    between.push_back(frames_[f]);
  object.count = names_.with(object.count, name);
  auto out = push(object);
  for (; !between.empty(); between.pop_back()) {
    between.back().below = out;
    out = push(between.back());
  }
  return out;
}

bool pushdown_run::visit(stack_thread thread) {
  if (visited_.size() < linear_search_max) {
    if (std::find(visited_.begin(), visited_.end(), thread) != visited_.end())
      return false;
  } else {
    if (seen_.empty())
      for (const auto& t : visited_)
        seen_.emplace(key_of(t), true);
    if (!seen_.emplace(key_of(thread), true).second)
      return false;
    if (visited_.size() >= limits::grammar_threads_max)
      over_ = true;
  }
  visited_.push_back(thread);
  return true;
}

bool pushdown_run::settle(thread_set& out) {
  for (; settled_ < visited_.size() && !over_; ++settled_) {
    const auto thread = visited_[settled_];
    const auto& state = automaton_.states[thread.at];
    if (!state.bytes.empty() || !state.tokens.empty())
      out.threads.push_back(thread);
    // A frame whose state only ends its own rule is left out, so that right recursion needs no
    // stack.
    const auto frame_for = [&](state_id back) {
      return automaton_.states[back].is_end() ? thread.stack : push({back, 0, thread.stack});
    };
    for (const auto& edge : state.calls) {
      const auto below = frame_for(edge.back);
      const bool has_names = names_differ_ && edge.has_names;
      visit({edge.start, has_names ? push({stack_frame::names, free_names::none, below}) : below});
    }
    for (const auto& edge : state.repeats)
      enter_repetition(edge.repeat, 0, frame_for(edge.back));
    if (state.accepts)
      unwind(thread.stack, out);
  }
  std::sort(out.threads.begin(), out.threads.end());
  return !over_;
}

void pushdown_run::enter_repetition(std::uint32_t repeat, std::uint32_t count, frame_id below) {
  const auto stack = push({stack_frame::repetition_bit | repeat, count, below});
  visit({automaton_.repetitions[repeat].start, stack});
}

void pushdown_run::unwind(frame_id stack, thread_set& out) {
  while (stack != bottom) {
    const auto top = frames_[stack];
    if (top.is_of_names()) {
      stack = top.below;
      continue;
    }
    if (!top.is_repetition()) {
      visit({top.target, top.below});
      return;
    }
    const auto& repetition = automaton_.repetitions[top.repetition()];
    if (repetition.is_text) {
      stack = top.below;
      continue;
    }
    auto done = top.count + 1;
    if (repetition.most == repetition.unbounded) // counts with the same effect become equal
      done = std::min(done, repetition.least);
    if (done < repetition.most)
      enter_repetition(top.repetition(), done, top.below);
    if (done < repetition.least)
      return;
    stack = top.below;
  }
  out.ends = true;
}

void pushdown_run::compact(thread_set& kept) {
  const auto old = std::move(frames_);
  reset();
  std::unordered_map<frame_id, frame_id> renamed{{bottom, bottom}};
  std::vector<frame_id> path;
  for (auto& thread : kept.threads) {
    for (auto f = thread.stack; !renamed.contains(f); f = old[f].below)
      path.push_back(f);
    for (; !path.empty(); path.pop_back()) {
      auto frame = old[path.back()];
      frame.below = renamed.at(frame.below);
      renamed.emplace(path.back(), push(frame));
    }
    thread.stack = renamed.at(thread.stack);
  }
  std::sort(kept.threads.begin(), kept.threads.end());
}

} // namespace hadal::model
