#pragma once
// The part of the message that a piece of a model's answer adds.

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

/// How an answer's text ends: by itself or at a stop, or cut by a limit.
enum class text_end : std::uint8_t { ended, cut };

/// A piece of one tool call. The first piece of a call has its name.
struct tool_call_piece {
  std::uint32_t index = 0; // number of the call in the answer, from 0
  bool begins = false;
  std::string name;      // only in the first piece
  std::string arguments; // continues the last piece of this call
};

struct output_delta {
  std::string reasoning;
  std::string content;
  std::vector<tool_call_piece> calls; // in order
  std::optional<error> failure;       // the answer cannot continue: a partly sent call broke

  bool empty() const noexcept {
    return reasoning.empty() && content.empty() && calls.empty() && !failure;
  }

  void begin_call(std::uint32_t index, std::string name) {
    calls.push_back({index, true, std::move(name), {}});
  }

  void add_arguments(std::uint32_t index, std::string_view arguments) {
    if (arguments.empty())
      return;
    if (calls.empty() || calls.back().index != index)
      calls.push_back({index, false, {}, {}});
    calls.back().arguments += arguments;
  }
};

} // namespace hadal::model
