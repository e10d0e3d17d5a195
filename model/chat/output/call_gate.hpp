#pragma once
// For an answer that a grammar holds to be calls alone or text alone: which of the two it is. Calls
// begin with what the format writes before a block, byte for byte, and no text does
// (model/grammar/constrained_output.hpp); so markup within a text is text. Whatever the cut, the
// joined pieces are the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hadal::model {

class call_gate {
public:
  struct pieces {
    std::string text;
    std::string calls;
  };

  /// `begin`, which outlives the gate, is what calls begin with. With `after_reasoning` they, or
  /// the text, come after the first </think>; what is up to there is text.
  call_gate(std::string_view begin, bool after_reasoning)
    : begin_(begin), phase_(after_reasoning ? phase::reasoning : phase::undecided) {}

  pieces push(std::string_view text);

  /// The end: gives what was held back, as text.
  pieces finish();

  /// Bytes given as text so far.
  std::size_t text_bytes() const noexcept { return text_bytes_; }

private:
  enum class phase : std::uint8_t { reasoning, undecided, calls, text };

  void give_text(std::size_t count, pieces& out);

  std::string_view begin_;
  phase phase_;
  std::string held_;
  std::size_t text_bytes_ = 0;
};

} // namespace hadal::model
