#include "actors/server/bench_commands.hpp"
#include "actors/server/bench_options.hpp"
#include "actors/server/cpu_report.hpp"
#include "actors/server/executor_flags.hpp"
#include "actors/server/model_choice.hpp"
#include "base/log.hpp"
#include "bench/step/step_report.hpp"
#include "model/config/dtype.hpp"
#include "model/execution/null_executor.hpp"
#include "model/weights/model_location.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace hadal::server {

namespace {

constexpr std::string_view bench_opening =
    "hadal bench step [flags]\n"
    "\n"
    "Times a model in this process, without HTTP: prefill, time to the first token, decode.\n"
    "Says how many bytes and operations a step needs and which share of the machine's own\n"
    "limits, measured in the same run, it reaches. --load-format dummy needs a config only.\n"
    "Exit codes: 0 done, 1 failed, 2 the command line is wrong\n";

/// Sized exactly for the largest batch and the longest sequences of the plan.
model::executor_options planned_options(const bench_options& options,
                                        const model::model_config& config,
                                        const std::filesystem::path& directory) {
  const bench::step_plan& plan = options.plan;
  const std::int32_t batch = *std::max_element(plan.batches.begin(), plan.batches.end());
  const std::int32_t tokens =
      *std::max_element(plan.input_lens.begin(), plan.input_lens.end()) + plan.output_len + 1;
  constexpr auto page = static_cast<std::int32_t>(limits::page_size_tokens);
  auto o = executor_options_of(options.model, config, directory);
  o.threads = static_cast<std::int32_t>(options.model.threads.value_or(usable_cores()));
  o.page_count = batch * ((tokens + page - 1) / page);
  o.context_length = std::min(tokens, config.max_position_embeddings);
  o.slot_count = static_cast<std::uint32_t>(batch);
  o.max_step_tokens = std::max(plan.chunk_tokens, batch);
  return o;
}

result<std::unique_ptr<model::step_executor>> executor_of(const bench_options& options,
                                                          const model::executor_options& o) {
  if (options.model.device == device_kind::cpu || options.model.device == device_kind::queued)
    return model::make_executor(o);
  if (options.model.device != device_kind::null)
    return fail(error_code::invalid_config, "--device: a bench runs on cpu or null", "--device");
  model::executor_info info;
  info.vocab_size = o.config.vocab_size;
  info.context_length = o.context_length;
  info.page_count = o.page_count;
  info.slot_count = o.slot_count;
  info.max_step_tokens = o.max_step_tokens;
  return std::make_unique<model::null_executor>(info, std::vector<token_id>{});
}

result<bench::step_report> run_bench(const bench_options& options) {
  const auto say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  HADAL_TRY_ASSIGN(choice, choose_model(options.model, this_process()));
  HADAL_TRY_ASSIGN(located, model::locate_model(choice.location, options.model.revision,
                                                model::hub_environment::of_process()));
  bench::step_report report;
  HADAL_TRY_ASSIGN(config, model::load_model_config(located.directory / "config.json"));
  report.config = config;
  auto executor_options = planned_options(options, config, located.directory);
  model::expert_hits hits(report.config.n_routed_experts);
  executor_options.hits = &hits;
  say(fmt::format("loading {}", choice.location));
  const auto begin = std::chrono::steady_clock::now();
  HADAL_TRY_ASSIGN(executor, executor_of(options, executor_options));
  report.load_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  report.model = choice.served_names.front();
  report.backend = executor->info().backend;
  report.dtype = executor->info().dtype;
  report.float_bytes = report.dtype == "float32" ? 4 : 2;
  report.machine = cpu_model();
  report.threads = static_cast<unsigned>(executor_options.threads);
  say("measuring the machine's limits");
  constexpr std::int64_t read_bytes = std::int64_t{1} << 30;
  // The limit is measured with the best placement of threads and memory, for every --numa.
  const auto best = kernels::numa_placement::of_machine(executor_options.threads);
  report.numa = options.model.numa == numa_mode::off && best.node_count() > 1
                    ? fmt::format("{} NUMA nodes, nothing placed", best.node_count())
                    : describe(best);
  HADAL_TRY_ASSIGN(limits, bench::measure_machine(best, read_bytes));
  report.limits = limits;
  const bool counts =
      options.model.device != device_kind::null && report.config.n_routed_experts > 0;
  HADAL_TRY_ASSIGN(timings,
                   bench::time_steps(*executor, options.plan, counts ? &hits : nullptr, say));
  report.timings = std::move(timings);
  return report;
}

result<void> write_files(const bench_options& options, const bench::step_report& report) {
  if (!options.json_file.empty())
    HADAL_TRY(write_file(options.json_file, bench::report_json(report)));
  if (!options.plot_file.empty())
    HADAL_TRY(write_file(options.plot_file, bench::report_svg(report)));
  return {};
}

int failure(const error& what) {
  fmt::print(stderr, "hadal bench step: {}\n", what.message);
  return exit_failure;
}

} // namespace

int bench_step_command(const arguments& args) {
  bench_options options;
  options.model.log_level = log::level::warning;
  const auto table = bench_flags(options);
  if (const auto code = answer_help(args, bench_opening, table))
    return *code;
  if (const auto done = apply(table, args, process_environment()); !done)
    return usage_failure("bench step", done.error());
  log::set_level(options.model.log_level);
  const auto report = run_bench(options);
  if (!report)
    return failure(report.error());
  fmt::print("{}", bench::report_text(*report));
  if (const auto done = write_files(options, *report); !done)
    return failure(done.error());
  return exit_ok;
}

} // namespace hadal::server
