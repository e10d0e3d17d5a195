#include "bench/step/step_report.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace hadal::bench {

namespace {

step_report small_report() {
  step_report report;
  report.model = "a-model";
  report.backend = "avx2";
  report.dtype = "bfloat16";
  report.machine = "a CPU";
  report.threads = 2;
  report.numa = "2 NUMA nodes, 1 + 1 threads";
  report.config.vocab_size = 1000;
  report.config.hidden_size = 100;
  report.float_bytes = 2;
  report.limits = {1e9, 1e10};
  step_timing t;
  t.batch = 4;
  t.input_len = 100;
  t.output_len = 50;
  t.prefill_seconds = 0.5;
  t.first_token_seconds = 0.125;
  t.step_seconds = 0.01;
  t.decode_seconds = 0.5;
  report.timings = {t};
  return report;
}

} // namespace

TEST_CASE("rates, costs and shares stand in the JSON") {
  const auto json = nlohmann::json::parse(report_json(small_report()));
  CHECK(json["backend"] == "avx2");
  CHECK(json["threads"] == 2);
  CHECK(json["numa"] == "2 NUMA nodes, 1 + 1 threads");
  const auto& row = json["timings"].at(0);
  CHECK(row["prefill_tokens_per_second"] == 800.0);
  CHECK(row["decode_tokens_per_second"] == 400.0);
  CHECK(row["step_weight_bytes"] == 2.0 * (1000 * 100 + 4 * 100));
  CHECK(row["step_flop"] == 2.0 * 4 * 1000 * 100);
  CHECK(row["step_limit_share"].get<double>() == Approx(2.0 * 100'400 / 0.01 / 1e9));
}

TEST_CASE("the table and the plot show the rate of every timing") {
  const step_report report = small_report();
  CHECK(report_text(report).find("400.0") != std::string::npos);
  CHECK(report_text(report).find("2 threads, 2 NUMA nodes, 1 + 1 threads, a CPU") !=
        std::string::npos);
  const std::string svg = report_svg(report);
  CHECK(svg.find("<circle") != std::string::npos);
  CHECK(svg.find("input 100") != std::string::npos);
  CHECK(svg.ends_with("</svg>\n"));
}

} // namespace hadal::bench
