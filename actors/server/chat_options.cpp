#include "actors/server/chat_options.hpp"

#include "actors/server/flag_values.hpp"
#include "actors/server/serve_flags.hpp"
#include "net/client/server_url.hpp"

#include <limits>
#include <utility>

namespace hadal::server {

namespace {

constexpr double no_bound = std::numeric_limits<double>::infinity();
constexpr std::uint32_t timeout_ms_most = 24 * 3600 * 1000;

value_setter url(std::string& into) {
  return [&into](std::string_view value) -> result<void> {
    HADAL_TRY(net::client::parse_server_url(value));
    into = value;
    return {};
  };
}

void add_chat_flags(flag_table& table, chat_options& o) {
  const auto add = [&](std::string name, std::string value, std::string help, value_setter set) {
    table.push_back(
        {std::move(name), {}, "Chat", std::move(value), std::move(help), false, std::move(set)});
  };
  add("--url", "URL",
      "the server to talk to, like http://127.0.0.1:30000 (default: one inside this process)",
      url(o.url));
  add("--model", "NAME",
      "with --url the name to ask for (default: the server's first), without it as --model-path",
      text(o.model));
  add("--api-key", "KEY", "the server's bearer key (default: none)", text(o.serve.api_key));
  add("--system", "TEXT", "the system message (default: none)", text(o.system));
  add("--thinking", "", "let the model think first; --thinking=false asks it not to",
      on_off(o.thinking));
  add("--timeout", "SECONDS", "how long the server may be silent (default: 300)",
      seconds(o.timeout_ms, 1, timeout_ms_most));
  add("--log-level", "LEVEL",
      "of the server inside: debug, info, warning, error or off (default: warning)",
      log_level(o.serve.log_level));
}

void add_sampling_flags(flag_table& table, chat_sampling& s) {
  const auto add = [&](std::string name, std::string value, std::string help, value_setter set,
                       bool repeatable = false) {
    table.push_back({std::move(name),
                     {},
                     "Sampling",
                     std::move(value),
                     std::move(help),
                     repeatable,
                     std::move(set)});
  };
  add("--temperature", "X", "0 for the likeliest token always", number(s.temperature, 0, no_bound));
  add("--top-p", "X", "sample from the likeliest tokens that together have this probability",
      number(s.top_p, 0, 1));
  add("--top-k", "N", "sample from this many of the likeliest tokens, -1 for all",
      integer(s.top_k, -1, int32_largest));
  add("--min-p", "X", "leave out tokens less likely than this share of the likeliest",
      number(s.min_p, 0, 1));
  add("--frequency-penalty", "X", "from -2 to 2", number(s.frequency_penalty, -2, 2));
  add("--presence-penalty", "X", "from -2 to 2", number(s.presence_penalty, -2, 2));
  add("--repetition-penalty", "X", "over 1 makes repetition less likely",
      number(s.repetition_penalty, 0, 2));
  add("--seed", "SEED", "the same seed gives the same answer", integer(s.seed, 0, int64_largest));
  add("--max-tokens", "N", "the longest answer (default: the rest of the context)",
      integer(s.max_tokens, 1, int32_largest));
  add("--stop", "TEXT", "text that ends an answer; can be given again", text_list(s.stop), true);
}

} // namespace

flag_table chat_flags(chat_options& options) {
  flag_table table;
  add_chat_flags(table, options);
  add_sampling_flags(table, options.sampling);
  // The inner server listens on a free port, so flags about its clients are left out.
  for (auto& f : serve_flags(options.serve)) {
    if (f.group != "Model" && f.group != "Scheduling")
      continue;
    f.aliases.clear(); // --model has another meaning here
    table.push_back(std::move(f));
  }
  return table;
}

result<chat_options> parse_chat_options(const std::vector<std::string>& arguments,
                                        const environment& variables) {
  chat_options options;
  options.serve.log_level = log::level::warning;
  HADAL_TRY(apply(chat_flags(options), arguments, variables));
  if (options.url.empty() && !options.model.empty()) {
    if (!options.serve.model_path.empty())
      return fail(error_code::invalid_config,
                  "--model and --model-path say the same thing without --url: give one of them",
                  "--model");
    options.serve.model_path = std::exchange(options.model, {});
  }
  HADAL_TRY(validate(options.serve));
  return options;
}

} // namespace hadal::server
