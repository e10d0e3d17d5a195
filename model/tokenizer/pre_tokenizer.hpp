#pragma once
// Splits ordinary text into the pieces for byte-pair merging by the steps that tokenizer.json
// lists: each step splits every piece that the previous steps produced. The last step of a
// byte-level tokenizer may put a space in front of a piece.

#include "base/result.hpp"
#include "model/tokenizer/regex.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hadal::model {

/// What becomes of a match when a pattern splits a piece.
enum class split_behavior {
  isolated,             // a piece of its own
  removed,              // dropped
  merged_with_previous, // joined to the text before it
  merged_with_next,     // joined to the text after it
  contiguous,           // adjacent matches are one piece
};

/// Splits by a regular expression or a literal text.
struct split_step {
  std::variant<regex, std::string> pattern;
  split_behavior behavior = split_behavior::isolated;
  bool invert = false; // swaps matches and the text between them
};

/// Separates numeric characters from other text, one by one or in runs.
struct digits_step {
  bool individual_digits = false;
};

/// The byte-level step: optionally a space in front, optionally GPT-2's pattern.
struct byte_level_step {
  bool add_prefix_space = false;
  std::variant<std::monostate, regex> pattern; // set if the file has use_regex
};

using pre_tokenizer_step = std::variant<split_step, digits_step, byte_level_step>;

/// GPT-2's pattern, which the byte-level step uses.
extern const std::string_view byte_level_pattern;

/// A part of a piece: a match of a pattern, or the text between matches. Bytes, half open.
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
  std::vector<piece_stretch> stretches; // of the piece that is being split
  std::deque<std::string> prefixed;     // pieces with an added space in front
};

class pre_tokenizer {
public:
  explicit pre_tokenizer(std::vector<pre_tokenizer_step> steps) : steps_(std::move(steps)) {}

  /// Puts the pieces of valid UTF-8, none of them empty, into `scratch.pieces`. Errors:
  /// invalid_request if a pattern exceeds its limit on backtracking.
  result<void> split(std::string_view text, pre_tokenizer_scratch& scratch) const;

private:
  std::vector<pre_tokenizer_step> steps_;
};

} // namespace hadal::model
