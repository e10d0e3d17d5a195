#pragma once
// A chat session over scripted lines and a server of prepared bytes.

#include "actors/server/chat_session.hpp"

#include "tests/actors/server/captured_file.hpp"
#include "tests/support/canned_server.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::server::testing {

class scripted_lines final : public line_reader {
public:
  explicit scripted_lines(std::vector<std::string> lines) : lines_{std::move(lines)} {}

  /// "^C" stands for Ctrl-C.
  outcome read(const std::string&, std::string& line) override {
    if (next_ == lines_.size())
      return outcome::end;
    line = lines_[next_++];
    return line == "^C" ? outcome::interrupted : outcome::line;
  }

private:
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

inline hadal::testing::canned_answer models() {
  return hadal::testing::whole(200, R"({"data":[{"id":"first"},{"id":"second"}]})");
}

/// A streamed answer with this content, in one event for each piece.
inline hadal::testing::canned_answer says(const std::vector<std::string>& pieces) {
  std::vector<std::string> events;
  for (const auto& piece : pieces)
    events.push_back("data: {\"choices\":[{\"delta\":{\"content\":\"" + piece + "\"}}]}\n\n");
  events.emplace_back("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
  events.emplace_back("data: [DONE]\n\n");
  return hadal::testing::chunked(events);
}

struct chat_outcome {
  int code = -1;
  std::string out;
  std::string complaints;
  std::vector<std::string> bodies; // of the chat requests, in order
};

/// `interrupt_after`: Ctrl-C is pressed when this has been printed; empty: never.
inline chat_outcome run_chat(std::vector<std::string> lines,
                             std::vector<hadal::testing::canned_answer> answers, bool interactive,
                             const chat_options& options = {},
                             std::string_view interrupt_after = {}) {
  hadal::testing::canned_server server{std::move(answers)};
  scripted_lines script{std::move(lines)};
  const captured_file out;
  const captured_file complaints;
  bool pressed = false;
  chat_session session{
      options,
      net::client::http_client{{.host = "127.0.0.1", .port = server.port(), .base = {}}},
      {script, out.file(), complaints.file(), interactive,
       [&] {
         return !interrupt_after.empty() && !pressed &&
                (pressed = out.text().find(interrupt_after) != std::string::npos);
       },
       [] {}}};
  chat_outcome outcome;
  outcome.code = session.run();
  outcome.out = out.text();
  outcome.complaints = complaints.text();
  const auto requests = server.requests();
  for (std::size_t i = 1; i < requests.size(); ++i)
    outcome.bodies.push_back(requests[i].substr(requests[i].find("\r\n\r\n") + 4));
  return outcome;
}

} // namespace hadal::server::testing
