#pragma once
// Added tokens: texts that become one token wherever they stand, before anything else looks at the
// text. Found as the Hugging Face tokenizers library does: first those with `normalized` false in
// the whole text, then the others in what is left; leftmost first, the longest at one place.

#include "base/ids.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

struct added_token {
  token_id id = -1;
  std::string content;
  bool special = false;     // dropped by skip_special_tokens
  bool lstrip = false;      // takes the white space before it too
  bool rstrip = false;      // takes the white space after it too
  bool normalized = true;   // searched for after those with false
  bool single_word = false; // only where no word character touches it
};

/// A part of a text: one added token, or ordinary text (`id` -1). Bytes, half open.
struct text_segment {
  std::size_t begin;
  std::size_t end;
  token_id id;
  bool operator==(const text_segment&) const = default;
};

class added_token_finder {
public:
  /// Keeps no reference to `tokens`; contents must be distinct and not empty.
  explicit added_token_finder(const std::vector<added_token>& tokens);

  /// Cuts valid UTF-8 into segments, in order. A token is taken only where its content lies wholly
  /// inside one of `allowed` (ascending, not touching).
  std::vector<text_segment> split(std::string_view text,
                                  const std::vector<marked_text::range>& allowed) const;

private:
  // The tokens of one pass, in a trie of bytes.
  struct pass {
    struct edge {
      unsigned char byte;
      std::int32_t node;
    };
    struct node {
      std::vector<edge> edges;
      std::int32_t token = -1; // index into tokens_
    };
    std::vector<node> nodes{1};
    std::array<std::int32_t, 256> first{}; // node after the first byte, 0 for none
  };

  void insert(pass& p, std::int32_t token);
  /// Index of the longest token that begins at `at` and ends by `limit`; -1 for none.
  std::int32_t longest_at(const pass& p, std::string_view text, std::size_t at,
                          std::size_t limit) const noexcept;
  void split_segment(const pass& p, std::string_view text, text_segment whole,
                     const std::vector<marked_text::range>& allowed,
                     std::vector<text_segment>& out) const;

  std::vector<added_token> tokens_;
  pass exact_;      // normalized false
  pass normalized_; // normalized true
};

} // namespace hadal::model
