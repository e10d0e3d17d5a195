#include "model/tokenizer/bpe.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <tuple>

namespace hadal::model {

namespace {

// Up to this length a scan for the lowest rank is faster than a heap (nearly all pieces of real
// text).
constexpr std::size_t short_piece_bytes_max = 48;

constexpr std::uint32_t no_rank = std::numeric_limits<std::uint32_t>::max();

std::uint64_t key_of(token_id left, token_id right) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

// std::push_heap keeps the greatest on top, so "greater" is what must be merged later.
bool merges_later(const bpe_scratch::candidate& a, const bpe_scratch::candidate& b) noexcept {
  return std::tie(a.rank, a.left) > std::tie(b.rank, b.left);
}

} // namespace

bpe::bpe(const std::array<token_id, 256>& byte_tokens, const std::vector<merge_rule>& rules)
  : byte_tokens_(byte_tokens) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(rules.size() * 2, 2));
  slots_.resize(size);
  shift_ = 64u - static_cast<unsigned>(std::countr_zero(size));
  for (std::size_t rank = 0; rank < rules.size(); ++rank) {
    const std::uint64_t pair = key_of(rules[rank].left, rules[rank].right);
    std::size_t i = slot_index(pair);
    while (slots_[i].pair != empty_pair && slots_[i].pair != pair)
      i = (i + 1) & (size - 1);
    slots_[i] = {pair, static_cast<std::uint32_t>(rank), rules[rank].merged};
  }
}

std::size_t bpe::slot_index(std::uint64_t pair) const noexcept {
  return static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15u) >> shift_);
}

const bpe::slot* bpe::find(token_id left, token_id right) const noexcept {
  const std::uint64_t pair = key_of(left, right);
  for (std::size_t i = slot_index(pair);; i = (i + 1) & (slots_.size() - 1)) {
    if (slots_[i].pair == pair)
      return &slots_[i];
    if (slots_[i].pair == empty_pair)
      return nullptr;
  }
}

void bpe::encode(std::string_view piece, bpe_scratch& scratch, std::vector<token_id>& out) const {
  if (piece.size() <= short_piece_bytes_max)
    encode_short(piece, scratch, out);
  else
    encode_long(piece, scratch, out);
}

void bpe::encode_short(std::string_view piece, bpe_scratch& scratch,
                       std::vector<token_id>& out) const {
  auto& symbols = scratch.symbols;
  symbols.clear();
  for (char c : piece)
    symbols.push_back({byte_tokens_[static_cast<unsigned char>(c)], -1, -1, no_rank, -1});
  const auto rate = [&](std::size_t i) {
    const slot* s = i + 1 < symbols.size() ? find(symbols[i].id, symbols[i + 1].id) : nullptr;
    symbols[i].rank = s != nullptr ? s->rank : no_rank;
    symbols[i].merged = s != nullptr ? s->merged : -1;
  };
  for (std::size_t i = 0; i < symbols.size(); ++i)
    rate(i);
  while (symbols.size() > 1) {
    const auto best =
        std::min_element(symbols.begin(), symbols.end(),
                         [](const auto& a, const auto& b) { return a.rank < b.rank; });
    if (best->rank == no_rank)
      break;
    best->id = best->merged;
    symbols.erase(best + 1);
    const auto i = static_cast<std::size_t>(best - symbols.begin());
    rate(i);
    if (i > 0)
      rate(i - 1);
  }
  for (const auto& symbol : symbols)
    out.push_back(symbol.id);
}

bool bpe::note(bpe_scratch& scratch, std::int32_t left) const {
  const auto& symbol = scratch.symbols[static_cast<std::size_t>(left)];
  if (symbol.next < 0)
    return false;
  const token_id right_id = scratch.symbols[static_cast<std::size_t>(symbol.next)].id;
  const slot* s = find(symbol.id, right_id);
  if (s == nullptr)
    return false;
  scratch.heap.push_back({s->rank, left, symbol.id, right_id, s->merged});
  return true;
}

void bpe::encode_long(std::string_view piece, bpe_scratch& scratch,
                      std::vector<token_id>& out) const {
  constexpr token_id merged_away = -1;
  auto& symbols = scratch.symbols;
  symbols.clear();
  scratch.heap.clear();
  const auto count = static_cast<std::int32_t>(piece.size());
  for (std::int32_t i = 0; i < count; ++i) {
    const auto c = static_cast<unsigned char>(piece[static_cast<std::size_t>(i)]);
    symbols.push_back({byte_tokens_[c], i - 1, i + 1 < count ? i + 1 : -1, no_rank, -1});
  }
  for (std::int32_t i = 0; i < count; ++i)
    note(scratch, i);
  std::make_heap(scratch.heap.begin(), scratch.heap.end(), merges_later);
  const auto offer = [&](std::int32_t at) {
    if (note(scratch, at))
      std::push_heap(scratch.heap.begin(), scratch.heap.end(), merges_later);
  };
  while (!scratch.heap.empty()) {
    std::pop_heap(scratch.heap.begin(), scratch.heap.end(), merges_later);
    const bpe_scratch::candidate top = scratch.heap.back();
    scratch.heap.pop_back();
    auto& left = symbols[static_cast<std::size_t>(top.left)];
    if (left.id != top.left_id || left.next < 0)
      continue;
    auto& right = symbols[static_cast<std::size_t>(left.next)];
    if (right.id != top.right_id)
      continue;
    left.id = top.merged;
    left.next = right.next;
    right.id = merged_away;
    if (left.next >= 0)
      symbols[static_cast<std::size_t>(left.next)].previous = top.left;
    offer(top.left);
    if (left.previous >= 0)
      offer(left.previous);
  }
  for (std::int32_t i = 0; i >= 0 && i < count; i = symbols[static_cast<std::size_t>(i)].next)
    out.push_back(symbols[static_cast<std::size_t>(i)].id);
}

} // namespace hadal::model
