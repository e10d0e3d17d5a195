#pragma once
// The effect of every token inside a counted repetition, for all counts at once: strings with
// maxLength, classes with {m,n}. A walk of the vocabulary per count would mean as many walks as a
// string has characters. Instead one walk records for each token how many bodies of the
// repetition it passes and whether it stays inside or leaves; the mask of any count follows from
// that.
//
// Only for repetitions in which a text can be read in one way: the body has only bytes and ends
// where none of its bytes can follow, and no byte that begins a body can begin the text after the
// repetition (in this rule or one further down the stack). All others are walked count by count.

#include "base/result.hpp"
#include "kernels/ops/token_mask.hpp"
#include "model/grammar/config_graph.hpp"
#include "model/grammar/token_vocabulary.hpp"
#include "model/grammar/token_walk.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hadal::model {

class counted_harvest {
public:
  /// The tokens that fit after `count` bodies; `open` gets the branches that go beyond the end of
  /// the rule of the repetition.
  kernels::token_mask fitting(std::uint32_t count, const pushdown_automaton::repetition& bounds,
                              const token_vocabulary& vocabulary,
                              std::vector<open_branch>& open) const;

  std::size_t memory_bytes() const noexcept;

private:
  friend class counted_walk;

  /// Tokens that stay in the repetition and pass as many bodies as they have characters plus
  /// `shift` (escapes make it negative).
  struct staying {
    std::int64_t shift = 0;
    token_harvest tokens;
    kernels::token_mask mask{0};
  };
  struct leaving {
    std::uint32_t bodies = 0; // passed before
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

  std::vector<staying> staying_; // the first has no shift
  std::vector<single> single_;   // staying too; sorted by bodies
  std::vector<leaving> leaving_;
  std::vector<opened> open_;
};

class counted_walk {
public:
  counted_walk(const pushdown_automaton& automaton, config_graph& graph,
               const token_vocabulary& vocabulary);

  /// Starts at `at` in the body of the repetition of `top`, whose count is ignored; `below` is the
  /// frame under it, or null. Null if counts cannot be treated together.
  result<std::unique_ptr<counted_harvest>> whole(state_id at, const stack_frame& top,
                                                 const stack_frame* below);

private:
  using config_id = config_graph::config_id;

  struct place {
    config_id config = config_graph::dead;
    std::uint32_t bodies = 0;     // ended so far
    std::uint32_t characters = 0; // begun so far
    bool within = false;          // inside a body
    bool left = false;            // the repetition
  };

  bool is_simple(std::uint32_t repetition);
  result<bool> is_decided_by_byte();
  result<void> find_usual();
  result<void> nodes(counted_harvest& found);
  /// The place after one byte; its config is dead if the byte does not fit.
  result<place> after(const place& from, std::uint8_t byte);
  void stay(std::uint32_t begin, std::uint32_t end, std::int64_t shift,
            counted_harvest& found) const;
  void leave_open(open_branch branch, std::uint32_t bodies, counted_harvest& found) const;

  const pushdown_automaton& automaton_;
  config_graph& graph_;
  const token_vocabulary& vocabulary_;
  std::vector<std::optional<bool>> simple_; // by repetition, computed on demand

  // State of the current walk.
  config_id body_ = config_graph::dead;      // at the beginning of a body
  config_id following_ = config_graph::dead; // after the repetition
  character_set usual_;                      // each is a whole body
  std::vector<place> path_;                  // by depth
  std::vector<std::uint32_t> exits_;         // depths on the path where the rule could end
};

} // namespace hadal::model
