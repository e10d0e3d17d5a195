#include "bench/step/step_report.hpp"

#include "bench/step/step_cost.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace hadal::bench {

namespace {

/// The cost of a decode step of a timing, at the context of the middle of its decode.
step_cost decode_cost(const step_report& report, const step_timing& t) {
  return cost_of_step(report.config, report.float_bytes,
                      {t.batch, 1, t.input_len + t.output_len / 2, t.distinct_experts, t.batch});
}

step_cost prefill_cost(const step_report& report, const step_timing& t) {
  return cost_of_step(
      report.config, report.float_bytes,
      {1, t.input_len, t.input_len, static_cast<double>(report.config.n_routed_experts), 1});
}

double share(double needed, double seconds, double limit) {
  return limit > 0 && seconds > 0 ? needed / seconds / limit : 0.0;
}

/// The larger of the two shares, which is that of the resource that limits the step.
double limit_share(const step_report& report, const step_cost& cost, double seconds) {
  return std::max(share(cost.bytes(), seconds, report.limits.read_bytes_per_second),
                  share(cost.flop, seconds, report.limits.flop_per_second));
}

} // namespace

std::string report_text(const step_report& report) {
  std::string text = fmt::format(
      "{}, {} in {}, {} threads, {}, {}\n"
      "loaded in {:.2f} s; the machine reads {:.1f} GB/s and does {:.0f} GFLOP/s (float32), "
      "measured now\n\n"
      "batch  input  prefill tok/s  first token  decode tok/s      step  MB/step  MFLOP/step  "
      "bytes    flop  experts\n",
      report.model, report.backend, report.dtype, report.threads, report.numa, report.machine,
      report.load_seconds, report.limits.read_bytes_per_second / 1e9,
      report.limits.flop_per_second / 1e9);
  for (const step_timing& t : report.timings) {
    const step_cost cost = decode_cost(report, t);
    text += fmt::format(
        "{:5}  {:5}  {:13.0f}  {:8.2f} ms  {:12.1f}  {:5.2f} ms  {:7.1f}  {:10.0f}  {:4.0f} %  "
        "{:4.0f} %  {:7.1f}\n",
        t.batch, t.input_len, t.prefill_tokens_per_second(), t.first_token_seconds * 1e3,
        t.decode_tokens_per_second(), t.step_seconds * 1e3, cost.bytes() / 1e6, cost.flop / 1e6,
        100 * share(cost.bytes(), t.step_seconds, report.limits.read_bytes_per_second),
        100 * share(cost.flop, t.step_seconds, report.limits.flop_per_second), t.distinct_experts);
  }
  text += "\nMB and MFLOP are what a decode step needs at least, weights in the checkpoint's "
          "dtypes; bytes\n"
          "and flop are the shares of the machine's limits that the median step reached: more than "
          "100 %\n"
          "where a backend keeps bfloat16 in fewer bits; experts: different ones that a MoE layer "
          "met.\n";
  return text;
}

std::string report_json(const step_report& report) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const step_timing& t : report.timings) {
    const step_cost cost = decode_cost(report, t);
    const double prefill_each = t.prefill_seconds / t.batch;
    rows.push_back(
        {{"batch", t.batch},
         {"input_len", t.input_len},
         {"output_len", t.output_len},
         {"prefill_tokens_per_second", t.prefill_tokens_per_second()},
         {"prefill_limit_share", limit_share(report, prefill_cost(report, t), prefill_each)},
         {"first_token_seconds", t.first_token_seconds},
         {"decode_tokens_per_second", t.decode_tokens_per_second()},
         {"step_seconds_median", t.step_seconds},
         {"step_seconds_best", t.best_step_seconds},
         {"prefill_seconds_best", t.best_prefill_seconds},
         {"step_weight_bytes", cost.weight_bytes},
         {"step_kv_bytes", cost.kv_bytes},
         {"step_flop", cost.flop},
         {"step_limit_share", limit_share(report, cost, t.step_seconds)},
         {"distinct_experts_per_layer", t.distinct_experts},
         {"expert_hits", t.expert_hits}});
  }
  const nlohmann::ordered_json json = {
      {"model", report.model},
      {"backend", report.backend},
      {"dtype", report.dtype},
      {"threads", report.threads},
      {"numa", report.numa},
      {"machine", report.machine},
      {"read_bytes_per_second", report.limits.read_bytes_per_second},
      {"flop_per_second", report.limits.flop_per_second},
      {"load_seconds", report.load_seconds},
      {"timings", std::move(rows)}};
  return json.dump(1) + "\n";
}

std::string report_svg(const step_report& report) {
  constexpr double width = 640, height = 400, left = 80, right = 20, top = 40, bottom = 50;
  double rate_max = 0;
  std::int32_t batch_max = 1;
  std::vector<std::int32_t> inputs;
  for (const step_timing& t : report.timings) {
    rate_max = std::max(rate_max, t.decode_tokens_per_second());
    batch_max = std::max(batch_max, t.batch);
    if (std::find(inputs.begin(), inputs.end(), t.input_len) == inputs.end())
      inputs.push_back(t.input_len);
  }
  const auto x = [&](double batch) { return left + (width - left - right) * batch / batch_max; };
  const auto y = [&](double rate) {
    return height - bottom - (height - top - bottom) * (rate_max > 0 ? rate / rate_max : 0.0);
  };
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      "<text x=\"{}\" y=\"20\">decode tokens a second over batch: {} in {}, {} threads</text>\n"
      "<path d=\"M{} {}V{}H{}\" fill=\"none\" stroke=\"black\"/>\n",
      width, height, left, report.backend, report.dtype, report.threads, left, top, height - bottom,
      width - right);
  constexpr int ticks = 4;
  for (int i = 0; i <= ticks; ++i)
    svg += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.0f}</text>\n", left - 6,
                       y(rate_max * i / ticks) + 4, rate_max * i / ticks);
  for (const step_timing& t : report.timings)
    if (t.input_len == inputs.front())
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                         x(t.batch), height - bottom + 18, t.batch);
  const char* colours[] = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd"};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const char* colour = colours[i % std::size(colours)];
    std::string points;
    for (const step_timing& t : report.timings) {
      if (t.input_len != inputs[i])
        continue;
      points += fmt::format("{:.1f},{:.1f} ", x(t.batch), y(t.decode_tokens_per_second()));
      svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x(t.batch),
                         y(t.decode_tokens_per_second()), colour);
    }
    svg += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n"
                       "<text x=\"{}\" y=\"{}\" fill=\"{}\">input {}</text>\n",
                       points, colour, left + 10, top + 15 + 16 * static_cast<double>(i), colour,
                       inputs[i]);
  }
  return svg + "</svg>\n";
}

} // namespace hadal::bench
