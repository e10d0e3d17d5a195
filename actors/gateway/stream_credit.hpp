#pragma once
// The tokens of one request that its client has been sent and its scheduler has not been told of.
// Credit is returned in halves of limits::stream_credit_tokens, so that a scheduler gets few
// messages and never runs dry.

#include "actors/protocol/scheduler.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <vector>

namespace hadal::actors {

class stream_credit {
public:
  explicit stream_credit(std::size_t choices) : choices_(choices) {}

  /// Tokens of a choice that are written, or wait to be.
  void add(std::uint32_t choice, sequence_id sequence, std::uint32_t tokens);

  /// Moves the credit that is due to `into`. Called once the bytes of the tokens have left.
  void take_due(std::vector<protocol::returned_credit>& into);

private:
  std::vector<protocol::returned_credit> choices_; // not returned yet
};

} // namespace hadal::actors
