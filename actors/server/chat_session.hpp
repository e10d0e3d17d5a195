#pragma once
// A chat in the terminal: reads lines, asks the server, prints answers as they arrive.
//
// At a terminal, lines that begin with a slash are commands (/help lists them), a backslash at a
// line's end continues it, Ctrl-C stops the answer that is running, Ctrl-D leaves. Without a
// terminal every line is a question, only answers are printed, and a failed question ends the
// chat.

#include "actors/server/chat_options.hpp"
#include "actors/server/conversation.hpp"
#include "actors/server/line_reader.hpp"
#include "net/client/http_client.hpp"

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hadal::server {

class chat_session {
public:
  struct surroundings {
    line_reader& lines;
    std::FILE* out;                        // answers
    std::FILE* complaints;                 // errors
    bool interactive = false;              // prompts, commands, colours
    net::client::interruption interrupted; // true once Ctrl-C was pressed; `begin_answer` resets it
    std::function<void()> begin_answer = [] {};
  };

  chat_session(const chat_options& options, net::client::http_client client, surroundings around);

  /// Runs until the input ends. Exit code: 0, or 1 if a question failed without a terminal.
  int run();

private:
  enum class next { go_on, leave };

  bool choose_model();
  bool read_question(std::string& question);
  next obey(const std::string& line);
  void set_thinking(const std::string& word);
  bool ask(std::string question);
  void complain(std::string_view what);

  const chat_options& options_;
  net::client::http_client client_;
  surroundings around_;
  conversation said_;
  std::optional<bool> thinking_;
  std::string model_;
};

} // namespace hadal::server
