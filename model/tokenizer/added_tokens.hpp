#pragma once
// Added tokens: texts that become one token wherever they occur, before all other steps. Found as
// in the Hugging Face tokenizers library: first those with `normalized` false in the whole text,
// then the others in the remaining text; leftmost first, the longest at one place.

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
  bool lstrip = false;      // includes white space before it
  bool rstrip = false;      // includes white space after it
  bool normalized = true;   // searched after those with false
  bool single_word = false; // only if no word character is next to it
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

  /// Cuts valid UTF-8 into segments, in order. A token is found only if its content is wholly
  /// inside one of `allowed` (ascending, not adjacent).
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
