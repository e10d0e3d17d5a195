#pragma once
// Ends a text that grows at the first of its stop strings. The text ends before the match that is
// complete first; of matches that end together the longest wins. What could still become a stop
// string is held back. Whatever the cut, the joined result is the same.
//
// Tokens that are not shown have a text, too: matches are sought in the whole text, and what is
// given out is the part of it that is shown. So a hidden token can end the text, and no match
// reaches across one that it does not contain.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

class stop_filter {
public:
  /// No stop string may be empty. With `include_match` the match is part of the text.
  stop_filter(std::vector<std::string> stops, bool include_match);

  /// The text that can go on. Once matched() is set nothing more may be pushed. Without `counts` no
  /// match that is complete by the end of `text` counts.
  std::string push(std::string_view text, bool counts = true);

  /// The same for text that is searched and never given out.
  std::string push_hidden(std::string_view text, bool counts = true);

  /// The end: gives what was held back.
  std::string finish();

  /// Index of the stop string that ended the text.
  std::optional<std::size_t> matched() const noexcept { return matched_; }

  /// Bytes given out so far.
  std::size_t released() const noexcept { return released_; }

private:
  struct match {
    std::size_t begin;
    std::size_t end;
    std::size_t which;
  };

  struct range {
    std::size_t begin;
    std::size_t end;
  };

  std::string search(bool counts);
  std::optional<match> find() const;
  std::size_t held_back() const noexcept;
  std::string give(std::size_t until);

  std::vector<std::string> stops_;
  bool include_match_;
  std::string held_;           // hidden text included
  std::size_t held_begin_ = 0; // its offset in the whole text
  std::vector<range> hidden_;  // offsets of what is hidden in `held_`, ascending
  std::size_t searched_ = 0;   // matches must end after this offset
  std::size_t released_ = 0;
  std::optional<std::size_t> matched_;
};

} // namespace hadal::model
