#pragma once
// Cuts ordinary text into the pieces that byte-pair merging works on, step by step as
// tokenizer.json lists them: each step cuts every piece that the steps before left. The last step
// of a byte-level tokenizer may put a space in front of a piece.

#include "base/result.hpp"
#include "model/tokenizer/regex.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hadal::model {

/// What becomes of a match when a pattern cuts a piece.
enum class split_behavior {
  isolated,             // a piece of its own
  removed,              // dropped
  merged_with_previous, // joined to the text before it
  merged_with_next,     // joined to the text after it
  contiguous,           // adjacent matches are one piece
};

/// A regular expression or a literal text cuts.
struct split_step {
  std::variant<regex, std::string> pattern;
  split_behavior behavior = split_behavior::isolated;
  bool invert = false; // matches and what is between them change places
};

/// Numeric characters are cut from the rest; each alone, or in runs.
struct digits_step {
  bool individual_digits = false;
};

/// The byte-level step: optionally a space in front, optionally GPT-2's pattern.
struct byte_level_step {
  bool add_prefix_space = false;
  std::variant<std::monostate, regex> pattern; // set when the file says use_regex
};

using pre_tokenizer_step = std::variant<split_step, digits_step, byte_level_step>;

/// GPT-2's pattern, which the byte-level step uses.
extern const std::string_view byte_level_pattern;

/// A part of a piece: a match of a pattern, or what lies between matches. Bytes, half open.
struct piece_stretch {
  std::size_t begin;
  std::size_t end;
  bool is_match;
};

/// Memory for one text's pieces, reused from one text to the next.
struct pre_tokenizer_scratch {
  regex_scratch search;
  std::vector<std::string_view> pieces; // the result; views into the text or into `prefixed`
  std::vector<std::string_view> cut;
  std::vector<piece_stretch> stretches; // of the piece that is being cut
  std::deque<std::string> prefixed;     // pieces that got a space in front
};

class pre_tokenizer {
public:
  explicit pre_tokenizer(std::vector<pre_tokenizer_step> steps) : steps_(std::move(steps)) {}

  /// Leaves the pieces of valid UTF-8 in `scratch.pieces`, none of them empty.
  /// Errors: invalid_request where a pattern gives up on this text.
  result<void> split(std::string_view text, pre_tokenizer_scratch& scratch) const;

private:
  std::vector<pre_tokenizer_step> steps_;
};

} // namespace hadal::model
