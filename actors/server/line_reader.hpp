#pragma once
// Reads lines that a user types, or lines of a pipe.

#include <memory>
#include <optional>
#include <string>

namespace hadal::server {

class line_reader {
public:
  virtual ~line_reader() = default;

  enum class outcome { line, interrupted, end };

  /// Reads one line without its end into `line`, after `prompt` at a terminal. Blocks.
  /// `interrupted`: Ctrl-C, the typed text is dropped; `end`: Ctrl-D or end of file.
  virtual outcome read(const std::string& prompt, std::string& line) = 0;
};

/// Standard input with editing keys and a history of this run.
std::unique_ptr<line_reader> make_terminal_reader();

/// Standard input without editing; prompts are not shown.
std::unique_ptr<line_reader> make_plain_reader();

} // namespace hadal::server
