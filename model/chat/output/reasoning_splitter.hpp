#pragma once
// Splits an answer that comes in pieces of any size into its reasoning and the rest. Whatever the
// cut, the joined result is the same.
//
// The answer begins inside its reasoning or outside. Leading <think> tags are dropped, and one
// opens the reasoning where the answer begins outside. The first </think> inside ends it;
// everything after is the rest, byte for byte. Without it all is reasoning. A <think> further on,
// and a </think> with nothing open, are text like any other. Half a tag at the end is text.

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

  /// A token that is not shown has come: what is held back becomes no tag.
  pieces settle();

  /// The end: gives what was held back.
  pieces finish();

  /// True while text belongs to the reasoning; what is held back at the very beginning does not yet
  /// where the answer begins outside.
  bool inside() const noexcept { return phase_ == phase::begins_inside || phase_ == phase::inside; }

  /// Bytes of the answer, tags included, that are reasoning so far.
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
