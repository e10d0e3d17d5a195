#pragma once
// The tokens of ordinary text in the order of their bytes, with the tree of their prefixes; masks
// are computed over it. Built once per tokenizer; immutable. Added tokens, special or not, are no
// text: under a grammar they appear only where it names them exactly.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "kernels/ops/token_mask.hpp"
#include "model/grammar/character_set.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::model {

class token_vocabulary {
public:
  /// A node of the tree, in depth-first order, without the root. `tokens_*` are positions in
  /// the order of bytes: first the tokens whose text ends exactly here, then those of the
  /// subtree.
  struct node {
    std::uint8_t byte = 0;
    std::uint8_t into = 0;          // bytes of the same character before this one
    std::uint16_t depth = 0;        // 1 for a first byte
    std::uint32_t after = 0;        // the first node after this one's subtree
    std::uint32_t tokens_begin = 0; // first token that has this prefix
    std::uint32_t tokens_here = 0;  // one past the last that ends here
    std::uint32_t tokens_end = 0;   // one past the last that has this prefix
    std::uint32_t texts = 0;        // of `texts()`; 0 where a token is not whole characters
  };

  /// An added token that markup may name; tokens that begin, end or pad texts are excluded.
  struct added {
    std::string content;
    token_id id = 0;
  };

  /// From the entries of a tokenizer.
  explicit token_vocabulary(const tokenizer& source);
  /// From (id, bytes); empty texts are left out. `size`: one more than the highest id there is.
  token_vocabulary(std::vector<std::pair<token_id, std::string>> tokens, std::size_t size,
                   std::vector<added> added_tokens = {});

  /// One more than the highest id: the number of bits of a mask.
  std::size_t size() const noexcept { return size_; }
  std::size_t token_bytes_max() const noexcept { return token_bytes_max_; }

  const std::vector<node>& tree() const noexcept { return tree_; }
  /// The families of texts of the tokens with a node's prefix, from the character of the node's
  /// byte on. The first family means none.
  const std::vector<text_family>& texts() const noexcept { return texts_; }
  std::size_t text_token_count() const noexcept { return ids_.size(); }
  /// All tokens that are text.
  const kernels::token_mask& text_tokens() const noexcept { return text_tokens_; }
  /// Tokens that may contain a whole name of a JSON object with its quotes, and tokens that may
  /// contain the begin of one.
  const std::vector<token_id>& tokens_with_names() const noexcept { return with_names_; }
  const std::vector<token_id>& tokens_beginning_names() const noexcept { return beginning_names_; }
  token_id id_at(std::uint32_t position) const { return ids_[position]; }
  std::string_view bytes_at(std::uint32_t position) const {
    return std::string_view(bytes_).substr(begins_[position],
                                           begins_[position + 1] - begins_[position]);
  }
  /// The first position whose bytes are not less than `bytes`.
  std::uint32_t first_from(std::string_view bytes) const noexcept;
  /// The characters of a token's text, counted by first bytes: a partial one at the end counts, a
  /// partial one at the beginning does not.
  std::size_t characters_at(std::uint32_t position) const { return characters_[position]; }
  /// Adds to `mask` those of `tokens` with at most so many characters.
  void add_short(kernels::token_mask& mask, const kernels::token_mask& tokens,
                 std::size_t characters) const noexcept;
  /// The longest added token that `text` begins with, or null.
  const added* added_at(std::string_view text) const noexcept;

  /// The bytes of a token that is text; empty for any other id.
  std::string_view bytes_of(token_id id) const noexcept;

private:
  void build(std::vector<std::pair<token_id, std::string>> tokens);
  void build_tree();
  void find_texts();
  void count_characters();
  void find_names();

  std::size_t size_ = 0;
  std::size_t token_bytes_max_ = 0;
  std::string bytes_;                   // of all tokens, in order
  std::vector<std::uint32_t> begins_;   // by position; one more at the end
  std::vector<token_id> ids_;           // by position
  std::vector<std::uint32_t> position_; // by id; text_token_count() for none
  std::vector<node> tree_;
  std::vector<text_family> texts_;
  kernels::token_mask text_tokens_{0};
  std::vector<token_id> with_names_;
  std::vector<token_id> beginning_names_;
  std::vector<std::uint16_t> characters_;  // by position
  std::vector<kernels::token_mask> short_; // tokens of no more characters than the index
  std::vector<std::uint32_t> long_;        // positions of the others, by their characters
  std::vector<added> added_;
};

} // namespace hadal::model
