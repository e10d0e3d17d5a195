#pragma once
// Runs a pushdown_automaton over bytes, all derivations at once. The position is a set of threads:
// a state, and a stack of frames to return to. Frames are in one shared arena and interned, so
// equal stacks have the same number. Ambiguous grammars make many threads; their number and the
// depth of stacks are limited, and exceeding a limit is an error of this run only.
//
// At the bottom of every stack is `bottom`. A thread that returns there has matched the whole root
// rule: the set then `ends`. A run that starts in the middle of a rule (mask_cache) has an unknown
// rest of the stack below its bottom.

#include "base/result.hpp"
#include "model/grammar/free_names.hpp"
#include "model/grammar/pushdown_automaton.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace hadal::model {

using frame_id = std::uint32_t;

/// What a thread continues with when its rule has ended: a state to return to, a repetition that
/// has passed `count` bodies before this one, or a counted text with `count` characters read.
struct stack_frame {
  static constexpr std::uint32_t repetition_bit = 0x8000'0000u;
  // Members of an object: `count` is the list of its free names. A free name being read: `count` is
  // its prefix.
  static constexpr std::uint32_t names = 0x4000'0000u;
  static constexpr std::uint32_t name = names + 1;

  std::uint32_t target = 0; // a state_id, repetition_bit | index, `names` or `name`
  std::uint32_t count = 0;
  frame_id below = 0;

  bool is_repetition() const noexcept { return (target & repetition_bit) != 0; }
  bool is_of_names() const noexcept { return target == names || target == name; }
  std::uint32_t repetition() const noexcept { return target & ~repetition_bit; }
  bool operator==(const stack_frame&) const = default;
};

struct stack_thread {
  state_id at = 0;
  frame_id stack = 0;
  auto operator<=>(const stack_thread&) const = default;
};

struct thread_set {
  std::vector<stack_thread> threads; // those that can take a byte or a token
  bool ends = false;                 // a thread has returned to the bottom

  bool empty() const noexcept { return threads.empty() && !ends; }
  void clear() {
    threads.clear();
    ends = false;
  }
  bool operator==(const thread_set&) const = default;
};

class pushdown_run {
public:
  static constexpr frame_id bottom = 0;

  /// True if equal free names of an object are detected; if not, there are no frames for
  /// names.
  enum class name_rule : std::uint8_t { may_repeat, must_differ };

  explicit pushdown_run(const pushdown_automaton& automaton,
                        name_rule names = name_rule::must_differ);

  // All of these add to `out` everything that is reached without a further byte. They return false
  // if a limit is exceeded (limits::grammar_threads_max, grammar_stack_max); `out` is then invalid.

  bool begin(thread_set& out);
  bool enter(state_id state, frame_id stack, thread_set& out);
  /// Returns from a rule that ended on top of this stack.
  bool return_to(frame_id stack, thread_set& out);
  /// Steps every thread of `from` over one byte.
  bool step(const thread_set& from, std::uint8_t byte, thread_set& out);
  /// Steps every thread of `from` over one exact token.
  bool step_token(const thread_set& from, token_id id, thread_set& out);

  /// The continuations of the current name of `stack` that would repeat a name: the rests of names
  /// of its object.
  std::vector<std::string> repeatable(frame_id stack) const;
  /// The stack after one more byte of a name, if it may still become a new one.
  std::optional<frame_id> within_name(frame_id stack, std::uint8_t byte, state_id to);

  frame_id push(stack_frame frame);
  const stack_frame& frame(frame_id id) const { return frames_[id]; }
  std::size_t frame_count() const noexcept { return frames_.size(); }
  std::uint32_t depth(frame_id id) const { return depths_[id]; }

  /// Removes frames that no thread of `kept` uses, and renumbers those in `kept`.
  void compact(thread_set& kept);
  void reset();

private:
  struct frame_hash {
    std::size_t operator()(const stack_frame& f) const noexcept {
      std::uint64_t h = (std::uint64_t{f.target} << 32 | f.below) * 0x9E37'79B9'7F4A'7C15u;
      h ^= (h >> 29) + f.count;
      return h * 0xBF58'476D'1CE4'E5B9u;
    }
  };

  bool settle(thread_set& out);
  void arrive(const stack_thread& from, std::uint8_t byte, state_id to);
  std::optional<frame_id> end_name(frame_id stack);
  frame_id names_below(frame_id stack) const;
  bool visit(stack_thread thread);
  void enter_repetition(std::uint32_t repeat, std::uint32_t count, frame_id below);
  void unwind(frame_id stack, thread_set& out);

  const pushdown_automaton& automaton_;
  bool names_differ_;
  free_names names_;
  std::vector<stack_frame> frames_; // [bottom] is a placeholder
  std::vector<std::uint32_t> depths_;
  std::unordered_map<stack_frame, frame_id, frame_hash> ids_;
  std::vector<stack_thread> visited_;            // all threads of the current closure, in order
  std::unordered_map<std::uint64_t, bool> seen_; // used if visited_ is long
  std::size_t settled_ = 0;
  bool over_ = false;
};

} // namespace hadal::model
