#pragma once
// Text in which only some parts may become added (special) tokens. Chat encoders build it: text of
// the template is `control`, text of a client is `plain`. The tokenizer finds an added token only
// if all of it is control text. The rest is ordinary text; adjacent ordinary text, control or
// plain, is encoded as one string.

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

  /// Appends template text, in which added tokens are found.
  void control(std::string_view text) {
    if (text.empty())
      return;
    if (!control_.empty() && control_.back().end == text_.size())
      control_.back().end += text.size();
    else
      control_.push_back({text_.size(), text_.size() + text.size()});
    text_ += text;
  }

  /// Appends a client's text, in which no added token is found.
  void plain(std::string_view text) { text_ += text; }

  const std::string& text() const noexcept { return text_; }

  /// Control ranges, ascending, not adjacent.
  const std::vector<range>& control_ranges() const noexcept { return control_; }

private:
  std::string text_;
  std::vector<range> control_;
};

} // namespace hadal::model
