#pragma once
// Answers as models write them, and the result that is expected of each:
// tests/fixtures/output/answers.jsonl, one object per line. tests/e2e asks for the same answers
// over HTTP.

#include "model/chat/output/answer_splitter.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hadal::tests {

/// The deltas of an answer, joined.
struct joined_answer {
  struct call {
    std::string name;
    std::string arguments;
    bool operator==(const call&) const = default;
  };
  std::string reasoning;
  std::string content;
  std::vector<call> calls;
  bool fails = false;

  /// Adds a delta; false when its pieces do not continue what came before.
  bool add(const model::output_delta& delta);
  bool operator==(const joined_answer&) const = default;
};

std::string to_string(const joined_answer& answer);

struct answer_fixture {
  std::string name;
  model::answer_format format;
  std::vector<std::string> stops;
  std::vector<std::string> hidden;                       // texts of tokens that are not shown
  std::string text;                                      // the hidden ones included
  model::finish_reason end = model::finish_reason::stop; // of its tokens
  joined_answer expected;
};

std::vector<answer_fixture> answer_fixtures();

/// The result when the answer arrives in pieces that end at `cuts` (ascending, within the text) and
/// at the ends of hidden tokens; a hidden token arrives whole.
joined_answer taken_apart(const answer_fixture& fixture, const std::vector<std::size_t>& cuts);

} // namespace hadal::tests
