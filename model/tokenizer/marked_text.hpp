#pragma once
// Text in which only some parts may become added (special) tokens. Chat encoders build it: what the
// template writes is `control`, what came from a client is `plain`. The tokenizer looks for added
// tokens only where the whole token lies in control text; all else is ordinary text, and ordinary
// text on both sides of a mark is encoded as one run, exactly as if it had been one string.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

class marked_text {
public:
  struct range {
    std::size_t begin;
    std::size_t end; // half open, bytes
    bool operator==(const range&) const = default;
  };

  /// Appends template text: added tokens in it become those tokens.
  void control(std::string_view text) {
    if (text.empty())
      return;
    if (!control_.empty() && control_.back().end == text_.size())
      control_.back().end += text.size();
    else
      control_.push_back({text_.size(), text_.size() + text.size()});
    text_ += text;
  }

  /// Appends a client's text: nothing in it becomes an added token.
  void plain(std::string_view text) { text_ += text; }

  const std::string& text() const noexcept { return text_; }

  /// Control ranges, ascending, not touching each other.
  const std::vector<range>& control_ranges() const noexcept { return control_; }

private:
  std::string text_;
  std::vector<range> control_;
};

} // namespace hadal::model
