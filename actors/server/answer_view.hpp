#pragma once
// Shows one streamed answer: takes bytes, prints text; reasoning dim, and only at a terminal.

#include "base/result.hpp"
#include "model/chat/output/reasoning_splitter.hpp"
#include "net/client/chat_delta.hpp"
#include "net/client/sse_reader.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace hadal::server {

class answer_view {
public:
  /// `thinking`: reasoning was requested; a server that does not separate it begins the content
  /// with it.
  answer_view(std::FILE* out, bool interactive, bool thinking)
    : out_{out}, interactive_{interactive}, splitter_{thinking} {}

  /// Takes the next bytes of the stream. Errors: bad_protocol, internal (an error event).
  result<void> feed(std::string_view bytes);

  /// Ends the answer: prints held back text, a line end, and why it was cut. Must always be
  /// called.
  void finish();

  /// True once the stream has ended with [DONE].
  bool complete() const noexcept { return done_; }

  /// The answer without reasoning.
  const std::string& text() const noexcept { return text_; }

private:
  void show(const net::client::chat_delta& delta);
  void show_thought(std::string_view thought);
  void show_answer(std::string_view answer);
  void dim(bool on);
  void put(std::string_view bytes);

  std::FILE* out_;
  bool interactive_;
  net::client::sse_reader events_;
  model::reasoning_splitter splitter_;
  bool reasoning_is_apart_ = false; // the server sends reasoning in a field of its own
  bool thought_ = false;            // some reasoning has arrived
  bool dim_ = false;
  bool done_ = false;
  bool any_ = false;
  std::string finish_reason_;
  std::string text_;
};

} // namespace hadal::server
