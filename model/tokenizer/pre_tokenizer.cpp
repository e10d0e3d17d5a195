#include "model/tokenizer/pre_tokenizer.hpp"

#include "base/utf8.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <algorithm>
#include <optional>

namespace hadal::model {

const std::string_view byte_level_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

using stretches = std::vector<piece_stretch>;

result<void> find_stretches(const regex& pattern, std::string_view text, regex_scratch& scratch,
                            stretches& out) {
  out.clear();
  std::size_t done = 0; // everything before it is in `out`
  std::size_t from = 0;
  std::optional<std::size_t> last_match_end;
  while (from <= text.size()) {
    HADAL_TRY_ASSIGN(found, pattern.search(text, from, scratch));
    if (!found)
      break;
    if (found->begin == found->end && last_match_end == found->end) {
      // An empty match right after a match does not count; go on one character later.
      if (found->end == text.size())
        break;
      std::size_t bytes = 0;
      decode_front(text.substr(found->end), bytes);
      from = found->end + bytes;
      continue;
    }
    if (done < found->begin)
      out.push_back({done, found->begin, false});
    out.push_back({found->begin, found->end, true});
    done = from = found->end;
    last_match_end = found->end;
  }
  if (done < text.size())
    out.push_back({done, text.size(), false});
  return {};
}

void find_stretches(std::string_view literal, std::string_view text, stretches& out) {
  out.clear();
  std::size_t done = 0;
  for (std::size_t at = text.find(literal); at != std::string_view::npos;
       at = text.find(literal, done)) {
    if (done < at)
      out.push_back({done, at, false});
    done = at + literal.size();
    out.push_back({at, done, true});
  }
  if (done < text.size())
    out.push_back({done, text.size(), false});
}

// Joins each match that follows unmatched text (in walking order) to that text. `Append` extends
// the preceding range by the match.
template <class Append>
stretches join_matches(const stretches& given, Append append) {
  stretches out;
  bool after_match = false;
  for (const piece_stretch& s : given) {
    if (s.is_match && !after_match && !out.empty())
      append(out.back(), s);
    else
      out.push_back(s);
    after_match = s.is_match;
  }
  return out;
}

void behave(stretches& given, split_behavior behavior) {
  switch (behavior) {
  case split_behavior::isolated: return;
  case split_behavior::removed:
    std::erase_if(given, [](const piece_stretch& s) { return s.is_match; });
    return;
  case split_behavior::merged_with_previous:
    given = join_matches(given,
                         [](piece_stretch& before, const piece_stretch& s) { before.end = s.end; });
    return;
  case split_behavior::merged_with_next:
    std::reverse(given.begin(), given.end());
    given = join_matches(
        given, [](piece_stretch& after, const piece_stretch& s) { after.begin = s.begin; });
    std::reverse(given.begin(), given.end());
    return;
  case split_behavior::contiguous: break;
  }
  stretches out;
  for (const piece_stretch& s : given) {
    if (!out.empty() && out.back().is_match == s.is_match)
      out.back().end = s.end;
    else
      out.push_back(s);
  }
  given = std::move(out);
}

void append_pieces(std::string_view piece, pre_tokenizer_scratch& scratch) {
  for (const piece_stretch& s : scratch.stretches)
    if (s.end > s.begin)
      scratch.cut.push_back(piece.substr(s.begin, s.end - s.begin));
}

result<void> cut(const split_step& step, std::string_view piece, pre_tokenizer_scratch& scratch) {
  if (const auto* literal = std::get_if<std::string>(&step.pattern))
    find_stretches(*literal, piece, scratch.stretches);
  else
    HADAL_TRY(
        find_stretches(std::get<regex>(step.pattern), piece, scratch.search, scratch.stretches));
  if (step.invert)
    for (piece_stretch& s : scratch.stretches)
      s.is_match = !s.is_match;
  behave(scratch.stretches, step.behavior);
  append_pieces(piece, scratch);
  return {};
}

result<void> cut(const digits_step& step, std::string_view piece, pre_tokenizer_scratch& scratch) {
  stretches& out = scratch.stretches;
  out.clear();
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < piece.size(); at += bytes) {
    const bool numeric = is_numeric(decode_front(piece.substr(at), bytes));
    const bool joins =
        !out.empty() && out.back().is_match == numeric && !(numeric && step.individual_digits);
    if (joins)
      out.back().end = at + bytes;
    else
      out.push_back({at, at + bytes, numeric});
  }
  append_pieces(piece, scratch);
  return {};
}

result<void> cut(const byte_level_step& step, std::string_view piece,
                 pre_tokenizer_scratch& scratch) {
  if (step.add_prefix_space && !piece.starts_with(' ')) {
    scratch.prefixed.push_back(" " + std::string(piece));
    piece = scratch.prefixed.back();
  }
  const auto* pattern = std::get_if<regex>(&step.pattern);
  if (pattern == nullptr) {
    scratch.cut.push_back(piece);
    return {};
  }
  HADAL_TRY(find_stretches(*pattern, piece, scratch.search, scratch.stretches));
  append_pieces(piece, scratch);
  return {};
}

} // namespace

result<void> pre_tokenizer::split(std::string_view text, pre_tokenizer_scratch& scratch) const {
  scratch.prefixed.clear();
  scratch.pieces.clear();
  if (!text.empty())
    scratch.pieces.push_back(text);
  for (const pre_tokenizer_step& step : steps_) {
    scratch.cut.clear();
    for (std::string_view piece : scratch.pieces)
      HADAL_TRY(std::visit([&](const auto& s) { return cut(s, piece, scratch); }, step));
    scratch.pieces.swap(scratch.cut);
  }
  return {};
}

} // namespace hadal::model
