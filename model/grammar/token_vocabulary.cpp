#include "model/grammar/token_vocabulary.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace hadal::model {

namespace {

// Nearly all tokens have at most so many characters: each count has a mask, others are searched.
constexpr std::size_t short_characters_max = 32;

} // namespace

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
  // Tokens deeper than a node can count are left out of the tree and never allowed.
  std::erase_if(tokens, [](const auto& t) { return t.second.empty() || t.second.size() > 0xFFFF; });
  std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first < b.first;
  });
  position_.assign(size_, static_cast<std::uint32_t>(tokens.size()));
  text_tokens_ = kernels::token_mask(size_);
  for (const auto& [id, text] : tokens) {
    HADAL_ASSERT(id >= 0 && static_cast<std::size_t>(id) < size_);
    position_[static_cast<std::size_t>(id)] = static_cast<std::uint32_t>(ids_.size());
    text_tokens_.allow(id);
    ids_.push_back(id);
    begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    bytes_ += text;
    token_bytes_max_ = std::max(token_bytes_max_, text.size());
  }
  begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  build_tree();
  find_texts();
  count_characters();
  find_names();
}

void token_vocabulary::find_names() {
  constexpr std::string_view blanks = " \t\r\n";
  for (std::uint32_t position = 0; position < ids_.size(); ++position) {
    const auto text = bytes_at(position);
    bool begins = false;
    bool ends = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '"')
        continue;
      const auto next = text.find_first_not_of(blanks, i + 1);
      ends = ends || (begins && (next == std::string_view::npos || text[next] == ':'));
      const auto last = i == 0 ? std::string_view::npos : text.find_last_not_of(blanks, i - 1);
      begins = begins || last == std::string_view::npos || text[last] == '{' || text[last] == ',';
    }
    if (begins)
      beginning_names_.push_back(ids_[position]);
    if (ends)
      with_names_.push_back(ids_[position]);
  }
}

void token_vocabulary::count_characters() {
  std::vector<std::vector<std::uint32_t>> by_length(short_characters_max + 1);
  characters_.reserve(ids_.size());
  for (std::uint32_t position = 0; position < ids_.size(); ++position) {
    const auto text = bytes_at(position);
    const auto count = count_code_points(text);
    characters_.push_back(static_cast<std::uint16_t>(count));
    (count <= short_characters_max ? by_length[count] : long_).push_back(position);
  }
  std::stable_sort(long_.begin(), long_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return characters_[a] < characters_[b];
  });
  kernels::token_mask mask(size_);
  for (const auto& positions : by_length) {
    for (const auto position : positions)
      mask.allow(ids_[position]);
    short_.push_back(mask);
  }
}

void token_vocabulary::add_short(kernels::token_mask& mask, const kernels::token_mask& tokens,
                                 std::size_t characters) const noexcept {
  const auto& limit = short_[std::min(characters, short_.size() - 1)];
  for (std::size_t i = 0; i < mask.words().size(); ++i)
    mask.words()[i] |= tokens.words()[i] & limit.words()[i];
  for (const auto position : long_) {
    if (characters_[position] > characters)
      break;
    if (tokens.allows(ids_[position]))
      mask.allow(ids_[position]);
  }
}

void token_vocabulary::build_tree() {
  std::vector<std::uint32_t> open; // nodes with an unfinished subtree, by depth
  const auto close_to = [&](std::size_t depth, std::uint32_t position) {
    for (; open.size() > depth; open.pop_back()) {
      tree_[open.back()].after = static_cast<std::uint32_t>(tree_.size());
      tree_[open.back()].tokens_end = position;
    }
  };
  std::string_view last;
  for (std::uint32_t position = 0; position < ids_.size(); ++position) {
    const auto text = bytes_at(position);
    const auto shared = static_cast<std::size_t>(
        std::mismatch(last.begin(), last.end(), text.begin(), text.end()).first - last.begin());
    close_to(shared, position);
    for (std::size_t depth = shared; depth < text.size(); ++depth) {
      open.push_back(static_cast<std::uint32_t>(tree_.size()));
      node made;
      made.byte = static_cast<std::uint8_t>(text[depth]);
      made.depth = static_cast<std::uint16_t>(depth + 1);
      made.tokens_begin = made.tokens_here = position;
      tree_.push_back(made);
    }
    tree_[open.back()].tokens_here = position + 1;
    last = text;
  }
  close_to(0, static_cast<std::uint32_t>(ids_.size()));
}

void token_vocabulary::find_texts() {
  enum class place : std::uint8_t { within, at_end, wrong }; // of a node's byte in its character
  struct summary {
    text_family texts;
    place at = place::wrong;
    bool whole = true;
  };
  std::vector<summary> nodes(tree_.size());
  std::vector<std::uint32_t> parents(tree_.size());
  std::vector<std::uint32_t> path(token_bytes_max_ + 1);
  for (std::uint32_t i = 0; i < tree_.size(); ++i) { // parents first
    auto& node = tree_[i];
    path[node.depth] = i;
    parents[i] = node.depth > 1 ? path[node.depth - 1u] : i;
    if (node.depth > 1 && nodes[parents[i]].at == place::wrong)
      continue;
    if (node.depth > 1 && nodes[parents[i]].at == place::within)
      node.into = static_cast<std::uint8_t>(tree_[parents[i]].into + 1);
    const auto text =
        bytes_at(node.tokens_begin).substr(node.depth - 1u - node.into, node.into + 1u);
    const auto unit = utf8_front(text);
    nodes[i].at = unit.kind == utf8_kind::complete     ? place::at_end
                  : unit.kind == utf8_kind::incomplete ? place::within
                                                       : place::wrong;
  }
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint32_t>, std::uint32_t>
      known;
  texts_.assign(1, {});
  for (auto i = static_cast<std::uint32_t>(tree_.size()); i-- > 0;) { // children first
    auto& node = tree_[i];
    auto& [texts, at, whole] = nodes[i];
    if (at == place::at_end) {
      ++texts.longest;
      if (node.into == 0)
        texts.characters.add_ascii(node.byte);
      else
        texts.characters.add_longer(
            static_cast<std::uint8_t>(bytes_at(node.tokens_begin)[node.depth - 1u - node.into]));
    }
    whole = whole && at != place::wrong &&
            (at == place::at_end || node.tokens_here == node.tokens_begin);
    if (parents[i] != i) {
      auto& above = nodes[parents[i]];
      above.whole = above.whole && whole;
      above.texts.characters.add(texts.characters);
      above.texts.longest = std::max(above.texts.longest, texts.longest);
    }
    if (!whole)
      continue;
    const auto& c = texts.characters;
    const auto [entry, added] =
        known.emplace(std::tuple(c.ascii[0], c.ascii[1], c.longer, texts.longest),
                      static_cast<std::uint32_t>(texts_.size()));
    if (added)
      texts_.push_back(texts);
    node.texts = entry->second;
  }
}

const token_vocabulary::added* token_vocabulary::added_at(std::string_view text) const noexcept {
  const added* longest = nullptr;
  for (const auto& token : added_)
    if (text.starts_with(token.content) &&
        (!longest || token.content.size() > longest->content.size()))
      longest = &token;
  return longest;
}

std::uint32_t token_vocabulary::first_from(std::string_view bytes) const noexcept {
  std::uint32_t first = 0;
  for (auto count = static_cast<std::uint32_t>(ids_.size()); count > 0;) {
    const auto half = count / 2;
    if (bytes_at(first + half) < bytes) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

std::string_view token_vocabulary::bytes_of(token_id id) const noexcept {
  if (id < 0 || static_cast<std::size_t>(id) >= size_)
    return {};
  const auto position = position_[static_cast<std::size_t>(id)];
  return position < ids_.size() ? bytes_at(position) : std::string_view{};
}

} // namespace hadal::model
