#pragma once
// Byte-pair merging of one piece of text: starts with one token per byte and repeatedly merges the
// adjacent pair of the lowest rank, leftmost first on ties. O(n log n) in the bytes of the piece.
// Const and shared by threads; the state of a run is in a bpe_scratch, one per thread.

#include "base/ids.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hadal::model {

/// Memory for merging, reused from one piece to the next.
struct bpe_scratch {
  struct symbol {
    token_id id;
    std::int32_t previous; // index of the neighbour, -1 at the ends
    std::int32_t next;
    std::uint32_t rank; // of the pair with `next`; used for short pieces
    token_id merged;    // the token of that pair
  };
  struct candidate {
    std::uint32_t rank;
    std::int32_t left; // index of the pair's left symbol
    token_id left_id;  // its token when found; another one there makes this stale
    token_id right_id;
    token_id merged;
  };
  std::vector<symbol> symbols;
  std::vector<candidate> heap;
};

class bpe {
public:
  struct merge_rule {
    token_id left;
    token_id right;
    token_id merged;
  };

  /// `rules` in order of rank; a pair that is listed twice has its last rank.
  bpe(const std::array<token_id, 256>& byte_tokens, const std::vector<merge_rule>& rules);

  /// Appends the tokens of `piece` to `out`.
  void encode(std::string_view piece, bpe_scratch& scratch, std::vector<token_id>& out) const;

private:
  struct slot {
    std::uint64_t pair = empty_pair; // left << 32 | right
    std::uint32_t rank = 0;
    token_id merged = -1;
  };
  static constexpr std::uint64_t empty_pair = ~std::uint64_t{0};

  const slot* find(token_id left, token_id right) const noexcept;
  std::size_t slot_index(std::uint64_t pair) const noexcept;
  void encode_short(std::string_view piece, bpe_scratch& scratch, std::vector<token_id>& out) const;
  void encode_long(std::string_view piece, bpe_scratch& scratch, std::vector<token_id>& out) const;
  /// Appends the pair of `left` and its right neighbour to the heap's storage if it can merge.
  bool note(bpe_scratch& scratch, std::int32_t left) const;

  std::array<token_id, 256> byte_tokens_;
  std::vector<slot> slots_; // open addressing, at most half full, a power of two
  unsigned shift_ = 63;
};

} // namespace hadal::model
