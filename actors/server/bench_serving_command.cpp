#include "actors/server/bench_commands.hpp"
#include "actors/server/flag_values.hpp"
#include "base/log.hpp"
#include "bench/serving/load_generator.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace hadal::server {

namespace {

constexpr std::string_view serving_opening =
    "hadal bench serving [flags]\n"
    "\n"
    "Sends streams of chat requests to a running OpenAI-compatible server. Every answer must\n"
    "have exactly --tokens tokens (ignore_eos), a usage that says so, and [DONE].\n"
    "Exit codes: 0 done, 1 failed, 2 the command line is wrong\n";

struct serving_options {
  std::string url = "http://127.0.0.1:30000";
  bench::load_plan plan;
  std::string json_file; // empty: none
};

flag_table serving_flags(serving_options& o) {
  flag_table table;
  const auto add = [&](std::string name, std::string value, std::string help, value_setter set) {
    table.push_back(
        {std::move(name), {}, "Load", std::move(value), std::move(help), false, std::move(set)});
  };
  constexpr std::int64_t streams_most = 65'536;
  constexpr std::int64_t requests_most = 1'000'000;
  add("--url", "URL", "the server (default: http://127.0.0.1:30000)", text(o.url));
  add("--api-key", "KEY", "sent as a bearer token", text(o.plan.api_key));
  add("--model", "NAME", "(default: the server's own)", text(o.plan.model));
  add("--streams", "N", "requests at a time (default: 64)",
      integer(o.plan.streams, 1, streams_most));
  add("--tokens", "N", "of every answer (default: 256)", integer(o.plan.tokens, 1, int32_largest));
  add("--requests", "N", "of every stream, one after the other (default: 4)",
      integer(o.plan.requests_per_stream, 1, requests_most));
  add("--prompt", "TEXT", "what the user says (default: Tell me a story.)", text(o.plan.prompt));
  add("--json", "FILE", "writes every figure as JSON", text(o.json_file));
  return table;
}

nlohmann::ordered_json figures_of(const bench::load_plan& plan, bench::load_result& found) {
  auto& first = found.first_token_seconds;
  auto& between = found.between_tokens_seconds;
  nlohmann::ordered_json figures = {
      {"streams", plan.streams},
      {"tokens_per_answer", plan.tokens},
      {"requests", std::int64_t{plan.streams} * plan.requests_per_stream},
      {"tokens", found.tokens},
      {"events", found.events},
      {"seconds", found.seconds},
      {"tokens_per_second", found.tokens_per_second()},
      {"first_token_ms_p50", 1e3 * bench::percentile(first, 0.5)},
      {"first_token_ms_p99", 1e3 * bench::percentile(first, 0.99)},
  };
  if (between.empty())
    return figures;
  figures["between_tokens_ms_p50"] = 1e3 * bench::percentile(between, 0.5);
  figures["between_tokens_ms_p99"] = 1e3 * bench::percentile(between, 0.99);
  figures["between_tokens_ms_max"] = 1e3 * bench::percentile(between, 1.0);
  return figures;
}

int failure(const error& what) {
  fmt::print(stderr, "hadal bench serving: {}\n", what.message);
  return exit_failure;
}

} // namespace

int bench_serving_command(const arguments& args) {
  serving_options options;
  const auto table = serving_flags(options);
  if (const auto code = answer_help(args, serving_opening, table))
    return *code;
  if (const auto done = apply(table, args, process_environment()); !done)
    return usage_failure("bench serving", done.error());
  const auto url = net::client::parse_server_url(options.url);
  if (!url)
    return usage_failure("bench serving", url.error());
  options.plan.url = *url;
  fmt::print(stderr, "{} streams, {} requests of {} tokens each\n", options.plan.streams,
             options.plan.requests_per_stream, options.plan.tokens);
  auto found = bench::run_load(options.plan);
  if (!found)
    return failure(found.error());
  const auto figures = figures_of(options.plan, *found);
  for (const auto& [name, value] : figures.items())
    fmt::print("{:<24} {}\n", name,
               value.is_number_float() ? fmt::format("{:.3f}", value.get<double>()) : value.dump());
  if (options.json_file.empty())
    return exit_ok;
  const auto written = write_file(options.json_file, figures.dump(1) + "\n");
  return written ? exit_ok : failure(written.error());
}

} // namespace hadal::server
