#pragma once
// What every token does from inside a counted repetition, for all counts at once: the strings of
// maxLength, the classes of {m,n}. Walked for each count anew, the vocabulary would cost as many
// walks as a string has characters. So one walk notes of each token how many bodies of the
// repetition it goes through, and whether it stays in the repetition or leaves it; what fits at a
// count is then read off.
//
// Only for repetitions where a text can be read in one way: the body is bytes only and ends where
// nothing of it can follow, and no byte that begins a body is one that what follows begins with
// (or could begin with, in a rule further below). All others are walked count by count.

#include "base/result.hpp"
#include "model/grammar/config_graph.hpp"
#include "model/grammar/token_vocabulary.hpp"
#include "model/grammar/token_walk.hpp"
#include "model/sampling/token_mask.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hadal::model {

class counted_harvest {
public:
  /// What fits after `count` bodies, and, in `open`, the branches that run past the end of the rule
  /// that the repetition is in.
  token_mask fitting(std::uint32_t count, const pushdown_automaton::repetition& bounds,
                     const token_vocabulary& vocabulary, std::vector<open_branch>& open) const;

  std::size_t memory_bytes() const noexcept;

private:
  friend class counted_walk;

  /// Tokens that stay in the repetition and need as many bodies as they have characters, and
  /// `shift` more (escapes make it negative).
  struct staying {
    std::int64_t shift = 0;
    token_harvest tokens;
    token_mask mask{0};
  };
  struct leaving {
    std::uint32_t bodies = 0; // gone through before
    std::uint32_t begin = 0;  // positions in the vocabulary's order
    std::uint32_t end = 0;
  };
  struct opened {
    std::uint32_t bodies = 0;
    open_branch branch;
  };
  struct single {
    std::uint32_t bodies = 0; // needed
    token_id id = 0;
  };

  std::vector<staying> staying_; // the first without a shift
  std::vector<single> single_;   // staying too; by bodies
  std::vector<leaving> leaving_;
  std::vector<opened> open_;
};

class counted_walk {
public:
  counted_walk(const pushdown_automaton& automaton, config_graph& graph,
               const token_vocabulary& vocabulary);

  /// From `at` in the body of the repetition of `top`, whose count is not looked at; `below` is the
  /// frame under it, null where there is none. Null where counts cannot be taken together.
  result<std::unique_ptr<counted_harvest>> whole(state_id at, const stack_frame& top,
                                                 const stack_frame* below);

private:
  using config_id = config_graph::config_id;

  struct place {
    config_id config = config_graph::dead;
    std::uint32_t bodies = 0;     // ended so far
    std::uint32_t characters = 0; // begun so far
    bool within = false;          // a body has begun and not ended
    bool left = false;            // the repetition
  };

  bool is_simple(std::uint32_t repetition);
  result<bool> is_decided_by_byte();
  result<void> find_usual();
  result<void> nodes(counted_harvest& found);
  /// The place after one byte; its config is dead where the byte does not fit.
  result<place> after(const place& from, std::uint8_t byte);
  void stay(std::uint32_t begin, std::uint32_t end, std::int64_t shift,
            counted_harvest& found) const;
  void leave_open(open_branch branch, std::uint32_t bodies, counted_harvest& found) const;

  const pushdown_automaton& automaton_;
  config_graph& graph_;
  const token_vocabulary& vocabulary_;
  std::vector<std::optional<bool>> simple_; // by repetition, once it was asked for

  // Of the walk under way.
  config_id body_ = config_graph::dead;      // at the beginning of a body
  config_id following_ = config_graph::dead; // after the repetition
  character_set usual_;                      // each is a body by itself
  std::vector<place> path_;                  // by depth
  std::vector<std::uint32_t> exits_;         // depths on the path where the rule could end
};

} // namespace hadal::model
