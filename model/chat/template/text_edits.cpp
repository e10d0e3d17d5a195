#include "model/chat/template/text_edits.hpp"

#include "base/utf8.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template/spell.hpp"

#include <algorithm>
#include <cstring>

namespace hadal::model::templates {

namespace {

bool has_character(std::string_view chars, char32_t wanted) {
  for (std::size_t at = 0; at < chars.size();) {
    std::size_t bytes = 0;
    if (decode_front(chars.substr(at), bytes) == wanted)
      return true;
    at += bytes;
  }
  return false;
}

std::vector<value> parts_of(run_state& state, const marked_text& text,
                            const std::vector<marked_text::range>& ranges) {
  std::vector<value> out;
  for (const auto& r : ranges) {
    if (!state.spend())
      break;
    out.push_back(make_text(slice_of(text, r.begin, r.end)));
  }
  return out;
}

bool may_cut(std::size_t cuts, std::int64_t most) {
  return most < 0 || cuts < static_cast<std::size_t>(most);
}

bool is_line_break(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

std::vector<marked_text::range> words_from_left(std::string_view bytes, std::int64_t most) {
  std::vector<marked_text::range> words;
  std::size_t at = leading_space(bytes);
  while (at < bytes.size()) {
    if (!may_cut(words.size(), most)) {
      words.push_back({at, bytes.size()});
      break;
    }
    std::size_t end = at;
    while (end < bytes.size()) {
      std::size_t size = 0;
      if (is_python_space(decode_front(bytes.substr(end), size)))
        break;
      end += size;
    }
    words.push_back({at, end});
    at = end + leading_space(bytes.substr(end));
  }
  return words;
}

std::vector<marked_text::range> words_from_right(std::string_view bytes, std::int64_t most) {
  std::vector<marked_text::range> words;
  std::size_t end = size_without_trailing_space(bytes);
  while (end > 0) {
    if (!may_cut(words.size(), most)) {
      words.push_back({0, end});
      break;
    }
    std::size_t at = end;
    while (at > 0) {
      std::size_t before = at;
      if (is_python_space(decode_back(bytes, before)))
        break;
      at = before;
    }
    words.push_back({at, end});
    end = size_without_trailing_space(bytes.substr(0, at));
  }
  std::reverse(words.begin(), words.end());
  return words;
}

} // namespace

std::size_t find_text(std::string_view in, std::string_view wanted, std::size_t from) noexcept {
  if (from > in.size())
    return std::string_view::npos;
  if (wanted.empty())
    return from;
  const void* found = memmem(in.data() + from, in.size() - from, wanted.data(), wanted.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - in.data());
}

marked_text stripped(const marked_text& text, stripped_side side) {
  const std::string_view bytes = text.text();
  const std::size_t end =
      side == stripped_side::left ? bytes.size() : size_without_trailing_space(bytes);
  const std::size_t begin = side == stripped_side::right ? 0 : leading_space(bytes.substr(0, end));
  return slice_of(text, begin, end);
}

marked_text stripped_of(const marked_text& text, std::string_view chars, stripped_side side) {
  const std::string_view bytes = text.text();
  std::size_t begin = 0;
  std::size_t end = bytes.size();
  while (side != stripped_side::left && end > 0) {
    std::size_t before = end;
    if (!has_character(chars, decode_back(bytes, before)))
      break;
    end = before;
  }
  while (side != stripped_side::right && begin < end) {
    std::size_t size = 0;
    if (!has_character(chars, decode_front(bytes.substr(begin), size)))
      break;
    begin += size;
  }
  return slice_of(text, begin, end);
}

std::vector<value> split_at(run_state& state, const marked_text& text, std::string_view separator,
                            std::int64_t most, bool from_right) {
  const std::string_view bytes = text.text();
  std::vector<marked_text::range> parts;
  if (from_right) {
    std::size_t end = bytes.size();
    while (may_cut(parts.size(), most) && end >= separator.size()) {
      const std::size_t at = bytes.rfind(separator, end - separator.size());
      if (at == std::string_view::npos)
        break;
      parts.push_back({at + separator.size(), end});
      end = at;
    }
    parts.push_back({0, end});
    std::reverse(parts.begin(), parts.end());
    return parts_of(state, text, parts);
  }
  std::size_t begin = 0;
  while (may_cut(parts.size(), most)) {
    const std::size_t at = find_text(bytes, separator, begin);
    if (at == std::string_view::npos)
      break;
    parts.push_back({begin, at});
    begin = at + separator.size();
  }
  parts.push_back({begin, bytes.size()});
  return parts_of(state, text, parts);
}

std::vector<value> split_at_space(run_state& state, const marked_text& text, std::int64_t most,
                                  bool from_right) {
  return parts_of(state, text,
                  from_right ? words_from_right(text.text(), most)
                             : words_from_left(text.text(), most));
}

std::vector<value> lines_of(run_state& state, const marked_text& text, bool keep_ends) {
  const std::string_view bytes = text.text();
  std::vector<marked_text::range> lines;
  if (!state.spend_text(bytes.size()))
    return {};
  std::size_t begin = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t size = 0;
    const char32_t c = decode_front(bytes.substr(at), size);
    std::size_t next = at + size;
    if (is_line_break(c)) {
      if (c == U'\r' && next < bytes.size() && bytes[next] == '\n')
        ++next;
      lines.push_back({begin, keep_ends ? next : at});
      begin = next;
    }
    at = next;
  }
  if (begin < bytes.size())
    lines.push_back({begin, bytes.size()});
  return parts_of(state, text, lines);
}

marked_text replaced(run_state& state, const marked_text& text, std::string_view from,
                     const marked_text& to, std::int64_t most) {
  marked_text out;
  const std::string_view bytes = text.text();
  std::size_t done = 0; // copied so far
  std::size_t at = 0;   // where the next search begins
  for (std::size_t count = 0; may_cut(count, most); ++count) {
    const std::size_t found = from.empty() ? at : find_text(bytes, from, at);
    if (found == std::string_view::npos || found > bytes.size())
      break;
    const std::size_t grown = found - done + to.text().size();
    if (!state.allow_text(out.text().size() + grown) || !state.spend_text(grown) || !state.spend())
      return out;
    append_slice(out, text, done, found);
    append_all(out, to);
    done = found + from.size();
    at = done;
    if (from.empty() && found < bytes.size())
      at = found + utf8_front(bytes.substr(found)).bytes;
    else if (from.empty())
      break;
  }
  if (state.spend_text(bytes.size() - done))
    append_slice(out, text, done, bytes.size());
  return out;
}

marked_text joined(run_state& state, const std::vector<value>& items,
                   const marked_text& separator) {
  marked_text out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const marked_text part = spelled(state, items[i]);
    const std::size_t grown = separator.text().size() + part.text().size();
    if (!state.allow_text(out.text().size() + grown) || !state.spend_text(grown) || !state.spend())
      break;
    if (i > 0)
      append_all(out, separator);
    append_all(out, part);
  }
  return out;
}

} // namespace hadal::model::templates
