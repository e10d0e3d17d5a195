#include "model/grammar/config_graph.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

/// Characters of more than one byte in valid UTF-8: only shortest forms, no surrogates.
struct long_form {
  std::uint8_t first, last;     // of the first byte
  std::uint8_t lowest, highest; // of the second
  int more;                     // bytes after it
};

constexpr long_form forms[] = {{0xC2, 0xDF, 0x80, 0xBF, 0}, {0xE0, 0xE0, 0xA0, 0xBF, 1},
                               {0xE1, 0xEC, 0x80, 0xBF, 1}, {0xED, 0xED, 0x80, 0x9F, 1},
                               {0xEE, 0xEF, 0x80, 0xBF, 1}, {0xF0, 0xF0, 0x90, 0xBF, 2},
                               {0xF1, 0xF3, 0x80, 0xBF, 2}, {0xF4, 0xF4, 0x80, 0x8F, 2}};

} // namespace

std::size_t config_graph::set_hash::operator()(const thread_set& s) const noexcept {
  std::uint64_t h = s.ends ? 0x51ED'270B : 0;
  for (const auto& t : s.threads)
    h = (h ^ (std::uint64_t{t.at} << 32 | t.stack)) * 0x9E37'79B9'7F4A'7C15u + (h >> 31);
  return h;
}

config_graph::config_graph(const pushdown_automaton& automaton)
  : automaton_(automaton), run_(automaton, pushdown_run::name_rule::may_repeat) {
  forget();
}

void config_graph::forget() {
  run_.reset();
  configs_.clear();
  configs_.resize(2);
  usual_.assign(2, {});
  ids_.clear();
  ids_.emplace(thread_set{}, dead);
  memory_bytes_ = 0;
}

result<void> config_graph::spend(std::uint64_t steps) {
  if (steps > steps_left_)
    return fail(error_code::invalid_request,
                "the grammar is too ambiguous: one token's mask costs too much");
  steps_left_ -= steps;
  return {};
}

config_graph::config_id config_graph::start(state_id state, std::span<const stack_frame> frames) {
  auto stack = pushdown_run::bottom;
  for (auto frame : frames) {
    frame.below = stack;
    stack = run_.push(frame);
  }
  thread_set set;
  set.threads.push_back({state, stack});
  return intern(std::move(set));
}

result<config_graph::config_id> config_graph::returned(stack_frame frame) {
  frame.below = pushdown_run::bottom;
  thread_set set;
  if (!run_.return_to(run_.push(frame), set))
    HADAL_TRY(spend(UINT64_MAX));
  return intern(std::move(set));
}

/// Makes the step over `byte` and stores it for all neighbours that threads treat alike.
result<config_graph::config_id> config_graph::explore(config_id from, std::uint8_t byte) {
  thread_set out;
  if (!run_.step(configs_[from].set, byte, out))
    HADAL_TRY(spend(UINT64_MAX));
  HADAL_TRY(spend(16 + 8 * (out.threads.size() + configs_[from].set.threads.size())));
  byte_edge span{0, 255, 0};
  for (const auto& thread : configs_[from].set.threads) {
    const auto alike = automaton_.alike(thread.at, byte);
    span.lowest = std::max(span.lowest, alike.lowest);
    span.highest = std::min(span.highest, alike.highest);
  }
  const auto to = intern(std::move(out));
  auto& next = configs_[from].next;
  std::fill(next.begin() + span.lowest, next.begin() + span.highest + 1, to);
  return to;
}

/// Every sequence of a byte in the range and `more` continuation bytes leads to `to`.
result<bool> config_graph::all_lead(config_id from, std::uint8_t lowest, std::uint8_t highest,
                                    int more, config_id to) {
  config_id last = unknown; // the last target; mostly the same for all
  for (unsigned byte = lowest; byte <= highest; ++byte) {
    HADAL_TRY_ASSIGN(target, next(from, static_cast<std::uint8_t>(byte)));
    if (target == last)
      continue;
    last = target;
    if (more == 0) {
      if (target != to)
        return false;
    } else {
      HADAL_TRY_ASSIGN(all, all_lead(target, 0x80, 0xBF, more - 1, to));
      if (!all)
        return false;
    }
  }
  return true;
}

result<void> config_graph::find_usual(config_id from) {
  HADAL_TRY(spend(128));
  config_id after = dead;
  std::size_t most = 0;
  std::size_t alike = 0;
  for (std::size_t byte = 0; byte < 128; ++byte) {
    HADAL_TRY_ASSIGN(to, next(from, static_cast<std::uint8_t>(byte)));
    alike = byte > 0 && to == configs_[from].next[byte - 1] ? alike + 1 : 1;
    if (to != dead && alike > most) {
      most = alike;
      after = to;
    }
  }
  character_set usual;
  if (after != dead) {
    for (std::size_t byte = 0; byte < 128; ++byte)
      if (configs_[from].next[byte] == after)
        usual.add_ascii(static_cast<std::uint8_t>(byte));
    for (const auto& form : forms) {
      config_id last = unknown; // mostly the same for all first bytes
      bool all = false;
      for (unsigned first = form.first; first <= form.last; ++first) {
        HADAL_TRY_ASSIGN(within, next(from, static_cast<std::uint8_t>(first)));
        if (within != last) {
          HADAL_TRY_ASSIGN(lead, all_lead(within, form.lowest, form.highest, form.more, after));
          all = lead;
          last = within;
        }
        if (all)
          usual.add_longer(static_cast<std::uint8_t>(first));
      }
    }
  }
  usual_[from] = {usual, after};
  return {};
}

result<config_graph::usual_step> config_graph::usual(config_id from) {
  if (usual_[from].to == unknown)
    HADAL_TRY(find_usual(from));
  return usual_[from];
}

result<bool> config_graph::reads_all(config_id from, const text_family& texts) {
  for (auto left = texts.longest; left > 0; --left) {
    if (usual_[from].to == unknown)
      HADAL_TRY(find_usual(from));
    HADAL_TRY(spend(1));
    const auto& step = usual_[from];
    if (!step.characters.includes(texts.characters))
      return false;
    if (step.to == from)
      return true;
    from = step.to;
  }
  return true;
}

config_graph::config_id config_graph::intern(thread_set set) {
  const auto [entry, added] = ids_.emplace(std::move(set), static_cast<config_id>(configs_.size()));
  if (added) {
    configs_.emplace_back();
    configs_.back().set = entry->first;
    usual_.emplace_back();
    memory_bytes_ += sizeof(config) + sizeof(usual_step) +
                     2 * sizeof(stack_thread) * entry->first.threads.size() + 128;
  }
  return entry->second;
}

} // namespace hadal::model
