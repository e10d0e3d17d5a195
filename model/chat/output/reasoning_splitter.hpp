#pragma once
// Splits an answer that arrives in pieces of any size into its reasoning and the rest. The joined
// result does not depend on the pieces.
//
// The answer begins inside its reasoning or outside. Leading <think> tags are dropped; if the
// answer begins outside, one opens the reasoning. The first </think> inside ends the reasoning;
// everything after it is the rest, byte for byte. Without it all text is reasoning. A later
// <think>, or a </think> outside of reasoning, is ordinary text, and so is half a tag at the end.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model {

class reasoning_splitter {
public:
  struct pieces {
    std::string reasoning;
    std::string rest;
  };

  /// With `keep_tags` the tags are part of the reasoning.
  explicit reasoning_splitter(bool starts_inside, bool keep_tags = false)
    : phase_(starts_inside ? phase::begins_inside : phase::begins_outside), keep_tags_(keep_tags) {}

  pieces push(std::string_view text);

  /// A hidden token has arrived: held back text does not become a tag.
  pieces settle();

  /// Ends the text and returns what was held back.
  pieces finish();

  /// True while text belongs to the reasoning. If the answer begins outside, text held back at its
  /// begin does not yet belong to it.
  bool inside() const noexcept { return phase_ == phase::begins_inside || phase_ == phase::inside; }

  /// Bytes of reasoning so far, tags included.
  std::size_t reasoning_bytes() const noexcept { return reasoning_bytes_; }

private:
  enum class phase : std::uint8_t { begins_inside, begins_outside, inside, outside };

  bool drop_leading_tags(pieces& out);
  void read_inside(pieces& out);
  void take_tag(std::string_view tag, pieces& out);
  void take(std::size_t count, pieces& out);

  phase phase_;
  bool keep_tags_;
  std::string held_;
  std::size_t reasoning_bytes_ = 0;
};

} // namespace hadal::model
