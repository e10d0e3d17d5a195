#include "actors/gateway/stream_credit.hpp"

#include "base/limits.hpp"

namespace hadal::actors {

void stream_credit::add(std::uint32_t choice, sequence_id sequence, std::uint32_t tokens) {
  choices_[choice].sequence = sequence;
  choices_[choice].tokens += tokens;
}

void stream_credit::take_due(std::vector<protocol::returned_credit>& into) {
  for (auto& choice : choices_)
    if (choice.tokens >= limits::stream_credit_tokens / 2) {
      into.push_back(choice);
      choice.tokens = 0;
    }
}

} // namespace hadal::actors
