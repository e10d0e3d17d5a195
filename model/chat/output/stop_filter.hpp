#pragma once
// Ends a growing text at its first stop string. The text ends before the match that is complete
// first; of matches with the same end the longest wins. Text that may become a stop string is held
// back. The joined result does not depend on the pieces.
//
// Hidden tokens have a text too: matches are searched for in the whole text, and its visible part
// is returned. So a hidden token can end the text, and no match spans a hidden token that it does
// not contain.

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

  /// Takes text and returns the part that is certain. Must not be called once matched() is set. If
  /// `counts` is false, matches that are complete by the end of `text` do not count.
  std::string push(std::string_view text, bool counts = true);

  /// The same for text that is searched but never returned.
  std::string push_hidden(std::string_view text, bool counts = true);

  /// Ends the text and returns what was held back.
  std::string finish();

  /// Index of the stop string that ended the text.
  std::optional<std::size_t> matched() const noexcept { return matched_; }
  const std::string& stop(std::size_t which) const { return stops_.at(which); }

  /// Bytes returned so far.
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
  std::vector<range> hidden_;  // hidden ranges of `held_`, ascending
  std::size_t searched_ = 0;   // matches must end after this offset
  std::size_t released_ = 0;
  std::optional<std::size_t> matched_;
};

} // namespace hadal::model
