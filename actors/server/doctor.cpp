#include "actors/server/doctor.hpp"

#include "actors/server/api_key_file.hpp"
#include "actors/server/doctor_model.hpp"
#include "actors/server/kernel_choice.hpp"
#include "actors/server/machine.hpp"
#include "actors/server/numa_report.hpp"
#include "kernels/cpu/numa/numa_placement.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hadal::server {

namespace {

constexpr std::uint64_t descriptors_beside_connections = 128;

finding check_cpu(const serve_options& options, const doctor_surroundings& around) {
  const kernel_choice chosen = choose_kernels(options.cpu_isa, around.kernels);
  auto text = fmt::format("{}, {} core{}: {}; kernels: {}", around.cpu_name, around.cores,
                          around.cores == 1 ? "" : "s", join_features(around.features), chosen.why);
  if (!chosen.runs)
    return {verdict::fail, "cpu", std::move(text)};
  if (!chosen.scalar || options.cpu_isa == cpu_isa::scalar)
    return {verdict::ok, "cpu", std::move(text)};
  return {verdict::warn, "cpu", text + ", those need avx2, fma and f16c at least"};
}

finding check_numa(const serve_options& options, const doctor_surroundings& around) {
  const bool computes =
      (options.device == device_kind::cpu || options.device == device_kind::queued) &&
      !choose_kernels(options.cpu_isa, around.kernels).scalar;
  const numa_use use = options.numa == numa_mode::off ? numa_use::switched_off
                       : computes                     ? numa_use::placed
                                                      : numa_use::no_use;
  return {verdict::ok, "numa",
          numa_report(around.numa, options.threads.value_or(std::max(1U, around.cores)), use)};
}

finding check_descriptors(const serve_options& options, const doctor_surroundings& around) {
  const auto wanted = options.max_connections + descriptors_beside_connections;
  if (around.descriptors >= wanted)
    return {verdict::ok, "descriptors",
            fmt::format("{} may be open, {} connections need {}", around.descriptors,
                        options.max_connections, wanted)};
  return {verdict::warn, "descriptors",
          fmt::format("{} may be open, but {} connections need {}: raise the limit (ulimit -n) or "
                      "lower --max-connections",
                      around.descriptors, options.max_connections, wanted)};
}

finding check_port(const serve_options& options, const doctor_surroundings& around) {
  if (const auto done = around.try_listen(options.host, options.port); !done)
    return {verdict::fail, "port",
            fmt::format("{}:{} cannot be listened at: {}", options.host, options.port,
                        done.error().message)};
  if (options.port == 0)
    return {verdict::ok, "port", fmt::format("any free one of {}", options.host)};
  return {verdict::ok, "port", fmt::format("{}:{} is free", options.host, options.port)};
}

void check_keys(const serve_options& options, const doctor_surroundings& around,
                std::vector<finding>& findings) {
  if (!options.api_key_file.empty()) {
    const auto keys = load_api_keys(options.api_key_file);
    if (!keys)
      findings.push_back({verdict::fail, "keys", keys.error().message});
    else
      findings.push_back(
          {verdict::ok, "keys", fmt::format("{} in {}", keys->size(), options.api_key_file)});
  }
  for (const auto& line : start_warnings(options))
    findings.push_back({verdict::warn, "options", line});
  for (const auto& line : around.variable_warnings)
    findings.push_back({verdict::warn, "environment", line});
}

const char* word_of(verdict v) noexcept {
  switch (v) {
  case verdict::ok: return "ok";
  case verdict::warn: return "warn";
  case verdict::fail: break;
  }
  return "fail";
}

} // namespace

doctor_surroundings this_machine() {
  return {.search = this_process(),
          .hub = model::hub_environment::of_process(),
          .cpu_name = cpu_model(),
          .features = cpu_features(),
          .kernels = kernels::usable_simd(),
          .numa = kernels::nodes_of_machine(),
          .cores = usable_cores(),
          .memory_bytes = available_memory_bytes(),
          .descriptors = descriptor_limit(),
          .try_listen = try_listen,
          .variable_warnings = {}};
}

std::vector<finding> examine(const serve_options& options, const doctor_surroundings& around) {
  std::vector<finding> findings{check_cpu(options, around), check_numa(options, around),
                                check_descriptors(options, around), check_port(options, around)};
  check_keys(options, around, findings);
  check_model(options, around, findings);
  return findings;
}

bool is_healthy(const std::vector<finding>& findings) {
  return std::none_of(findings.begin(), findings.end(),
                      [](const auto& f) { return f.verdict == verdict::fail; });
}

std::string findings_text(const std::vector<finding>& findings) {
  std::string out;
  for (const auto& f : findings) {
    auto word = std::string{word_of(f.verdict)};
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    out += fmt::format("{:<5} {:<12} {}\n", word, f.subject, f.text);
  }
  return out;
}

std::string findings_json(const std::vector<finding>& findings) {
  auto checks = nlohmann::ordered_json::array();
  for (const auto& f : findings)
    checks.push_back({{"check", f.subject}, {"verdict", word_of(f.verdict)}, {"message", f.text}});
  const nlohmann::ordered_json report{{"ok", is_healthy(findings)}, {"checks", std::move(checks)}};
  return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace hadal::server
