#include "model/grammar/token_vocabulary.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace hadal::model {

token_vocabulary::token_vocabulary(const tokenizer& source) : size_(source.vocab_size()) {
  std::vector<std::pair<token_id, std::string>> tokens;
  for (token_id id = 0; id < static_cast<token_id>(size_); ++id)
    if (source.has_entry(id) && !source.is_added(id))
      tokens.emplace_back(id, source.token_bytes(id));
  build(std::move(tokens));
  for (const auto& token : source.added_tokens())
    if (token.id != source.bos_id() && token.id != source.eos_id() && token.id != source.pad_id() &&
        !token.content.empty())
      added_.push_back({token.content, token.id});
}

token_vocabulary::token_vocabulary(std::vector<std::pair<token_id, std::string>> tokens,
                                   std::size_t size, std::vector<added> added_tokens)
  : size_(size), added_(std::move(added_tokens)) {
  build(std::move(tokens));
}

void token_vocabulary::build(std::vector<std::pair<token_id, std::string>> tokens) {
  // Prefixes deeper than a node can count are cut off the tree: such a token is never offered.
  std::erase_if(tokens, [](const auto& t) { return t.second.empty() || t.second.size() > 0xFFFF; });
  std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first < b.first;
  });
  position_.assign(size_, static_cast<std::uint32_t>(tokens.size()));
  std::vector<std::uint32_t> open; // nodes whose subtree is being read, by depth
  const auto close_to = [&](std::size_t depth, std::uint32_t position) {
    for (; open.size() > depth; open.pop_back()) {
      tree_[open.back()].after = static_cast<std::uint32_t>(tree_.size());
      tree_[open.back()].tokens_end = position;
    }
  };
  std::string_view last;
  for (const auto& [id, text] : tokens) {
    HADAL_ASSERT(id >= 0 && static_cast<std::size_t>(id) < size_);
    const auto position = static_cast<std::uint32_t>(ids_.size());
    const auto shared = static_cast<std::size_t>(
        std::mismatch(last.begin(), last.end(), text.begin(), text.end()).first - last.begin());
    close_to(shared, position);
    for (std::size_t depth = shared; depth < text.size(); ++depth) {
      open.push_back(static_cast<std::uint32_t>(tree_.size()));
      tree_.push_back({static_cast<std::uint8_t>(text[depth]),
                       static_cast<std::uint16_t>(depth + 1), 0, position, position, 0});
    }
    tree_[open.back()].tokens_here = position + 1;
    position_[static_cast<std::size_t>(id)] = position;
    ids_.push_back(id);
    begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    bytes_ += text;
    token_bytes_max_ = std::max(token_bytes_max_, text.size());
    last = text;
  }
  close_to(0, static_cast<std::uint32_t>(ids_.size()));
  begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
}

const token_vocabulary::added* token_vocabulary::added_at(std::string_view text) const noexcept {
  const added* longest = nullptr;
  for (const auto& token : added_)
    if (text.starts_with(token.content) &&
        (!longest || token.content.size() > longest->content.size()))
      longest = &token;
  return longest;
}

std::string_view token_vocabulary::bytes_of(token_id id) const noexcept {
  if (id < 0 || static_cast<std::size_t>(id) >= size_)
    return {};
  const auto position = position_[static_cast<std::size_t>(id)];
  return position < ids_.size() ? bytes_at(position) : std::string_view{};
}

} // namespace hadal::model
