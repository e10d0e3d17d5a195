#pragma once
// Answers as models write them, and what they must be taken for:
// tests/fixtures/output/answers.jsonl (one object a line). The same file is asked over HTTP by
// tests/e2e.

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

  /// Adds a delta; false when its pieces do not follow on what was there.
  bool add(const model::output_delta& delta);
  bool operator==(const joined_answer&) const = default;
};

std::string to_string(const joined_answer& answer);

struct answer_fixture {
  std::string name;
  model::answer_format format;
  std::vector<std::string> stops;
  std::vector<std::string> hidden; // texts of tokens that are not shown
  std::string text;                // theirs included
  model::text_end end = model::text_end::ended;
  joined_answer expected;
};

std::vector<answer_fixture> answer_fixtures();

/// The answer that comes in pieces that end at `cuts` (ascending, within the text) and where a
/// token that is not shown begins or ends; such a token comes whole.
joined_answer taken_apart(const answer_fixture& fixture, const std::vector<std::size_t>& cuts);

} // namespace hadal::tests
