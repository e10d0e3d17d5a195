#include "actors/server/chat_session.hpp"
#include "actors/server/commands.hpp"
#include "actors/server/serve.hpp"
#include "base/log.hpp"

#include <fmt/core.h>

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace hadal::server {

namespace {

constexpr std::string_view chat_opening =
    "hadal chat [flags]\n"
    "\n"
    "Talks to a model in the terminal. Without --url it runs the model that comes with\n"
    "Hadal, or that of --model-path, inside this process. Without a terminal it answers\n"
    "one question a line of standard input, and prints nothing else.\n"
    "\n"
    "Each flag has an environment twin (--url: HADAL_URL); the command line wins.\n"
    "Exit codes: 0 left, 1 failed, 2 the command line is wrong\n";

std::atomic<bool> interrupt_pressed{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

/// Ctrl-C sets a flag; without SA_RESTART it also ends a read from the terminal.
void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupt_pressed.store(true); };
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
}

int talk(const chat_options& options, const net::client::server_url& url) {
  const bool interactive = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  if (interactive)
    catch_interrupts();
  const auto lines = interactive ? make_terminal_reader() : make_plain_reader();
  const auto silence = std::chrono::milliseconds{options.timeout_ms};
  chat_session session{options,
                       net::client::http_client{url, {.silence = silence}},
                       {.lines = *lines,
                        .out = stdout,
                        .complaints = stderr,
                        .interactive = interactive,
                        .interrupted = [] { return interrupt_pressed.load(); },
                        .begin_answer = [] { interrupt_pressed.store(false); }}};
  return session.run();
}

int failure(const error& what) {
  fmt::print(stderr, "hadal chat: {}\n", what.message);
  return exit_failure;
}

/// Runs a server on a free port during the chat.
int talk_inside(const chat_options& options) {
  auto settings = options.serve;
  settings.host = "127.0.0.1";
  settings.port = 0;
  const auto server = start_server(settings);
  if (!server)
    return failure(server.error());
  if (isatty(STDERR_FILENO) != 0)
    fmt::print(stderr, "loading the model\n");
  if (const auto ready = (*server)->wait_ready(); !ready)
    return failure(ready.error());
  const auto code = talk(options, {.host = settings.host, .port = (*server)->port(), .base = {}});
  (*server)->stop();
  return (*server)->wait() == exit_ok ? code : exit_failure;
}

} // namespace

int chat_command(const arguments& args) {
  chat_options shown;
  if (const auto code = answer_help(args, chat_opening, chat_flags(shown)))
    return *code;
  const auto options = parse_chat_options(args, process_environment());
  if (!options)
    return usage_failure("chat", options.error());
  log::set_level(options->serve.log_level);
  if (options->url.empty())
    return talk_inside(*options);
  const auto url = net::client::parse_server_url(options->url);
  return url ? talk(*options, *url) : failure(url.error());
}

} // namespace hadal::server
