#pragma once
// Shows one streamed answer: bytes in, text out; thoughts dim at a terminal and nowhere else.

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
  /// `thinking`: thoughts were asked for, so that the content of a server that does not tell them
  /// apart begins with them.
  answer_view(std::FILE* out, bool interactive, bool thinking)
    : out_{out}, interactive_{interactive}, splitter_{thinking} {}

  /// Takes the next bytes of the stream. Errors: bad_protocol, internal (an error event).
  result<void> feed(std::string_view bytes);

  /// Ends the answer: what was held back, the line's end, why it was cut. To be called whatever
  /// came before.
  void finish();

  /// True once the stream has ended as it should, with [DONE].
  bool complete() const noexcept { return done_; }

  /// The answer without its thoughts.
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
  bool reasoning_is_apart_ = false; // the server sends thoughts in a field of their own
  bool thought_ = false;            // some thought has come
  bool dim_ = false;
  bool done_ = false;
  bool any_ = false;
  std::string finish_reason_;
  std::string text_;
};

} // namespace hadal::server
