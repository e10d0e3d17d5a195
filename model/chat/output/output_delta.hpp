#pragma once
// The part of the message that a piece of a model's answer adds, and how the answer ends.

#include "base/error.hpp"
#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::model {

/// Why an answer has no more text. stop: the model ended it, or a stop string; length: a limit;
/// tool_calls: the model ended after at least one complete call, or one call was all it may make.
enum class finish_reason : std::uint8_t { stop, length, tool_calls, failed };

/// The end of a token sequence, and of the answer made of it.
struct finish {
  finish_reason reason = finish_reason::stop;
  std::string matched_stop;              // the stop string that ended it, if any
  std::optional<token_id> matched_token; // the end token that ended it, if any
  error failure;                         // only with finish_reason::failed
};

inline finish failed(error why) {
  return {finish_reason::failed, {}, {}, std::move(why)};
}

/// A piece of one tool call. The first piece of a call has its id and name.
struct tool_call_piece {
  std::uint32_t index = 0; // number of the call in the answer, from 0
  std::string id;          // only in the first piece
  std::string name;        // likewise
  std::string arguments;   // continues the last piece of this call
};

struct output_delta {
  std::string reasoning;
  std::string content;
  std::vector<tool_call_piece> calls;  // in order
  std::optional<model::finish> finish; // only in the last delta of an answer

  bool empty() const noexcept {
    return reasoning.empty() && content.empty() && calls.empty() && !finish;
  }

  /// Adds the delta that follows.
  void append(output_delta next) {
    reasoning += next.reasoning;
    content += next.content;
    for (auto& piece : next.calls)
      calls.push_back(std::move(piece));
    if (next.finish)
      finish = std::move(next.finish);
  }

  void begin_call(std::uint32_t index, std::string id, std::string name) {
    calls.push_back({index, std::move(id), std::move(name), {}});
  }

  void add_arguments(std::uint32_t index, std::string_view arguments) {
    if (arguments.empty())
      return;
    if (calls.empty() || calls.back().index != index)
      calls.push_back({index, {}, {}, {}});
    calls.back().arguments += arguments;
  }
};

} // namespace hadal::model
