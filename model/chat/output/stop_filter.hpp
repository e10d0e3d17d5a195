#pragma once
// Ends a text that grows at the first of its stop strings. The text ends before the match that is
// complete first; of matches that end together the longest wins. What could still become a stop
// string is held back. Whatever the cut, the joined result is the same.

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

  /// The end: gives what was held back.
  std::string finish();

  /// Index of the stop string that ended the text.
  std::optional<std::size_t> matched() const noexcept { return matched_; }

  /// Bytes given out so far.
  std::size_t released() const noexcept { return held_begin_; }

private:
  struct match {
    std::size_t begin;
    std::size_t end;
    std::size_t which;
  };

  std::optional<match> find() const;
  std::size_t held_back() const noexcept;
  std::string give(std::size_t until);

  std::vector<std::string> stops_;
  bool include_match_;
  std::string held_;
  std::size_t held_begin_ = 0; // its offset in the whole text
  std::size_t searched_ = 0;   // matches must end after this offset
  std::optional<std::size_t> matched_;
};

} // namespace hadal::model
