#include "actors/server/chat_session.hpp"

#include "actors/server/answer_view.hpp"
#include "actors/server/nearest.hpp"

#include <fmt/core.h>

#include <utility>

namespace hadal::server {

namespace {

constexpr const char* help_lines = "/help           this list\n"
                                   "/reset          forget what was said\n"
                                   "/system TEXT    set the system message (empty: none) and "
                                   "forget what was said\n"
                                   "/thinking on    let the model think first; off, or auto for "
                                   "its own way\n"
                                   "/exit           leave, as Ctrl-D\n"
                                   "Ctrl-C stops an answer. A \\ at the end of a line continues "
                                   "it.\n";

const std::vector<std::string> command_words{"/help", "/reset", "/system", "/thinking", "/exit"};

} // namespace

chat_session::chat_session(const chat_options& options, net::client::http_client client,
                           surroundings around)
  : options_{options}, client_{std::move(client)}, around_{std::move(around)},
    said_{options.system}, thinking_{options.thinking}, model_{options.model} {}

int chat_session::run() {
  if (!choose_model())
    return 1;
  if (around_.interactive)
    fmt::print(around_.out, "{} at {}. /help lists what you can do, Ctrl-D leaves.\n", model_,
               client_.url().text());
  std::string question;
  while (read_question(question)) {
    if (question.find_first_not_of(" \t") == std::string::npos)
      continue;
    if (around_.interactive && question.front() == '/') {
      if (obey(question) == next::leave)
        return 0;
    } else if (!ask(question) && !around_.interactive) {
      return 1;
    }
  }
  return 0;
}

/// Asks the server for its models; this also shows that the server is there.
bool chat_session::choose_model() {
  net::client::client_request request;
  request.target = "/v1/models";
  request.api_key = options_.serve.api_key;
  const auto answer = client_.send(request, around_.interrupted);
  if (!answer) {
    complain(answer.error().message);
    return false;
  }
  if (answer->status != 200) {
    complain(fmt::format("{} answers {}: {}", client_.url().text(), answer->status,
                         net::client::error_message_of(answer->body)));
    return false;
  }
  const auto ids = net::client::parse_model_ids(answer->body);
  if (!ids) {
    complain(ids.error().message);
    return false;
  }
  if (model_.empty() && !ids->empty())
    model_ = ids->front();
  return true;
}

bool chat_session::read_question(std::string& question) {
  question.clear();
  std::string line;
  while (true) {
    const auto got = around_.lines.read(question.empty() ? "> " : "  ", line);
    if (got == line_reader::outcome::end)
      return false;
    if (got == line_reader::outcome::interrupted) {
      question.clear();
      continue;
    }
    if (!around_.interactive || line.empty() || line.back() != '\\') {
      question += line;
      return true;
    }
    line.back() = '\n';
    question += line;
  }
}

chat_session::next chat_session::obey(const std::string& line) {
  const auto space = line.find(' ');
  const auto word = line.substr(0, space);
  const auto rest = space == std::string::npos ? std::string{} : line.substr(space + 1);
  if (word == "/exit")
    return next::leave;
  if (word == "/help") {
    fmt::print(around_.out, "{}", help_lines);
  } else if (word == "/reset") {
    said_.reset();
  } else if (word == "/system") {
    said_.set_system(rest);
    said_.reset();
  } else if (word == "/thinking") {
    set_thinking(rest);
  } else {
    const auto near = nearest(word, command_words);
    fmt::print(around_.out, "there is no {}; {}\n", word,
               near.empty() ? "/help lists what there is" : "did you mean " + near + "?");
  }
  return next::go_on;
}

void chat_session::set_thinking(const std::string& word) {
  if (word == "on")
    thinking_ = true;
  else if (word == "off")
    thinking_ = false;
  else if (word == "auto")
    thinking_ = std::nullopt;
  else
    fmt::print(around_.out, "/thinking on, /thinking off or /thinking auto\n");
}

bool chat_session::ask(std::string question) {
  said_.ask(std::move(question));
  around_.begin_answer();
  answer_view view{around_.out, around_.interactive, thinking_.value_or(false)};
  const auto answer = client_.stream(
      {.method = "POST",
       .target = "/v1/chat/completions",
       .api_key = options_.serve.api_key,
       .body = said_.request_body(model_, thinking_, options_.sampling)},
      [&](std::string_view bytes) { return view.feed(bytes); }, around_.interrupted);
  view.finish();

  const bool stopped = !answer && answer.error().code == error_code::cancelled;
  if (view.text().empty() && !(answer && answer->status == 200))
    said_.take_back();
  else
    said_.answer(view.text());
  if (stopped)
    return around_.interactive;
  if (!answer)
    complain(answer.error().message);
  else if (answer->status != 200)
    complain(net::client::error_message_of(answer->body));
  else if (!view.complete())
    complain("the answer ended before its end");
  else
    return true;
  return false;
}

void chat_session::complain(std::string_view what) {
  fmt::print(around_.complaints, "hadal chat: {}\n", what);
}

} // namespace hadal::server
