#include "model/tokenizer/added_tokens.hpp"

#include "base/utf8.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <algorithm>

namespace hadal::model {

namespace {

bool word_ends_at(std::string_view text, std::size_t begin, std::size_t at) noexcept {
  if (at == begin)
    return false;
  std::size_t end = at;
  return is_word(decode_back(text, end));
}

bool word_begins_at(std::string_view text, std::size_t at, std::size_t end) noexcept {
  std::size_t bytes = 0;
  return at < end && is_word(decode_front(text.substr(at), bytes));
}

std::size_t skip_blanks_back(std::string_view text, std::size_t at, std::size_t begin) noexcept {
  while (at > begin) {
    std::size_t before = at;
    if (!is_white_space(decode_back(text, before)))
      break;
    at = before;
  }
  return at;
}

std::size_t skip_blanks(std::string_view text, std::size_t at, std::size_t end) noexcept {
  while (at < end) {
    std::size_t bytes = 0;
    if (!is_white_space(decode_front(text.substr(at), bytes)))
      break;
    at += bytes;
  }
  return at;
}

} // namespace

added_token_finder::added_token_finder(const std::vector<added_token>& tokens) : tokens_(tokens) {
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    insert(tokens_[i].normalized ? normalized_ : exact_, static_cast<std::int32_t>(i));
}

void added_token_finder::insert(pass& p, std::int32_t token) {
  std::int32_t at = 0;
  for (char c : tokens_[static_cast<std::size_t>(token)].content) {
    const auto byte = static_cast<unsigned char>(c);
    const auto& edges = p.nodes[static_cast<std::size_t>(at)].edges;
    const auto known =
        std::find_if(edges.begin(), edges.end(), [byte](const auto& e) { return e.byte == byte; });
    std::int32_t next = known != edges.end() ? known->node : -1;
    if (next < 0) {
      next = static_cast<std::int32_t>(p.nodes.size());
      p.nodes[static_cast<std::size_t>(at)].edges.push_back({byte, next});
      p.nodes.emplace_back();
    }
    if (at == 0)
      p.first[byte] = next;
    at = next;
  }
  p.nodes[static_cast<std::size_t>(at)].token = token;
}

std::int32_t added_token_finder::longest_at(const pass& p, std::string_view text, std::size_t at,
                                            std::size_t limit) const noexcept {
  std::int32_t longest = -1;
  std::int32_t node = p.first[static_cast<unsigned char>(text[at])];
  while (node > 0) {
    const auto& here = p.nodes[static_cast<std::size_t>(node)];
    if (here.token >= 0)
      longest = here.token;
    if (++at >= limit)
      break;
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto edge = std::find_if(here.edges.begin(), here.edges.end(),
                                   [byte](const auto& e) { return e.byte == byte; });
    node = edge != here.edges.end() ? edge->node : -1;
  }
  return longest;
}

void added_token_finder::split_segment(const pass& p, std::string_view text, text_segment whole,
                                       const std::vector<marked_text::range>& allowed,
                                       std::vector<text_segment>& out) const {
  std::size_t taken = whole.begin; // everything before it is in `out`
  // Ranges that end before this segment are skipped; later ones end the walk.
  auto range = std::lower_bound(allowed.begin(), allowed.end(), whole.begin,
                                [](const auto& r, std::size_t at) { return r.end <= at; });
  for (; range != allowed.end() && range->begin < whole.end; ++range) {
    const std::size_t limit = std::min(range->end, whole.end);
    std::size_t at = std::max(range->begin, whole.begin);
    while (at < limit) {
      const std::int32_t index = longest_at(p, text, at, limit);
      if (index < 0) {
        ++at;
        continue;
      }
      const added_token& token = tokens_[static_cast<std::size_t>(index)];
      std::size_t begin = at;
      std::size_t end = at + token.content.size();
      at = end;
      if (token.single_word &&
          (word_ends_at(text, whole.begin, begin) || word_begins_at(text, end, whole.end)))
        continue;
      if (token.lstrip)
        begin = std::max(skip_blanks_back(text, begin, whole.begin), taken);
      if (token.rstrip)
        end = skip_blanks(text, end, whole.end);
      if (taken < begin)
        out.push_back({taken, begin, -1});
      out.push_back({begin, end, token.id});
      taken = end;
    }
  }
  if (taken < whole.end)
    out.push_back({taken, whole.end, -1});
}

std::vector<text_segment>
added_token_finder::split(std::string_view text,
                          const std::vector<marked_text::range>& allowed) const {
  std::vector<text_segment> after_exact;
  split_segment(exact_, text, {0, text.size(), -1}, allowed, after_exact);
  std::vector<text_segment> out;
  for (const text_segment& segment : after_exact) {
    if (segment.id >= 0)
      out.push_back(segment);
    else
      split_segment(normalized_, text, segment, allowed, out);
  }
  return out;
}

} // namespace hadal::model
