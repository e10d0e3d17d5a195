#include "actors/server/bench_options.hpp"

#include "actors/server/flag_values.hpp"
#include "actors/server/serve_flags.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <iterator>

namespace hadal::server {

namespace {

constexpr std::array model_flags{
    "--model-path",  "--revision", "--load-format", "--dtype", "--device",
    "--fp8-compute", "--cpu-isa",  "--threads",     "--numa",  "--enable-deterministic-inference",
    "--random-seed", "--log-level"};

/// Whole numbers with commas between them.
value_setter integers(std::vector<std::int32_t>& into, std::int64_t least, std::int64_t most) {
  return [&into, least, most](std::string_view text) -> result<void> {
    std::vector<std::int32_t> values;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const auto value = read_integer(text.substr(begin, end - begin), least, most);
      if (!value)
        return fail(error_code::invalid_config,
                    fmt::format("must be whole numbers from {} to {}, with commas between them",
                                least, most));
      values.push_back(static_cast<std::int32_t>(*value));
      begin = end + 1;
    }
    into = std::move(values);
    return {};
  };
}

} // namespace

flag_table bench_flags(bench_options& options) {
  flag_table table;
  for (flag& f : serve_flags(options.model))
    if (std::find(model_flags.begin(), model_flags.end(), f.name) != model_flags.end())
      table.push_back(std::move(f));
  const auto add = [&](std::string name, std::string value, std::string help, value_setter set) {
    table.push_back(
        {std::move(name), {}, "Bench", std::move(value), std::move(help), false, std::move(set)});
  };
  constexpr std::int64_t sequences_most = 4096;
  constexpr std::int64_t tokens_most = 1 << 20;
  constexpr std::int64_t repeats_most = 1000;
  add("--batch", "N,N,...", "sequences that decode together (default: 1,4,16)",
      integers(options.plan.batches, 1, sequences_most));
  add("--input-len", "N,N,...", "tokens of each prompt (default: 128)",
      integers(options.plan.input_lens, 1, tokens_most));
  add("--output-len", "N", "decode steps after the first token (default: 64)",
      integer(options.plan.output_len, 1, tokens_most));
  add("--chunk", "N", "prompt tokens of one prefill step (default: 512)",
      integer(options.plan.chunk_tokens, 1, tokens_most));
  add("--repeats", "N", "of every timing; medians are reported (default: 3)",
      integer(options.plan.repeats, 1, repeats_most));
  add("--json", "FILE", "writes every figure as JSON", text(options.json_file));
  add("--plot", "FILE", "draws tokens a second over batch size as SVG", text(options.plot_file));
  return table;
}

} // namespace hadal::server
