// Whole models on pretended NUMA nodes give the bits of one node. System calls are real; node 0 of
// this machine stands for every node.
#include "tests/kernels/cpu/numa/watched_numa_system.hpp"
#include "tests/model/deepseek/model_runner.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

template <int Nodes>
std::unique_ptr<kernels::backend> on_nodes(const tested_options& options) {
  const kernels::numa_placement placement(options.cpu.threads, kernels::testing::real_nodes(Nodes),
                                          kernels::operating_system());
  REQUIRE(placement.node_count() == Nodes);
  auto made = kernels::make_simd_backend(options, options.cpu.isa, placement);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// The prompt's logits, then the logits of some decode steps.
logit_rows run(const golden_fixture& fixture, backend_maker backend, fp8_compute fp8,
               bool deterministic, int threads, kernels::simd_isa isa) {
  auto options = backend_options_of(fixture.config, dtype::bfloat16, fp8, deterministic);
  options.cpu.threads = threads;
  options.cpu.isa = isa;
  options.cpu.numa = kernels::numa_mode::off;
  model_runner runner(fixture.config, *fixture.weights, backend(options));
  const auto tokens = fixture.values<token_id>(fixture.has("ids") ? "ids" : "prompt.0.ids");
  logit_rows rows = runner.run(0, tokens);
  for (const token_id token : {3, 1, 4, 1, 5})
    for (auto& row : runner.run(0, {token}))
      rows.push_back(std::move(row));
  return rows;
}

} // namespace

TEST_CASE("two and three nodes give the bits of one, with threads on all of them or not") {
  const auto isa = GENERATE(from_range(kernels::usable_simd()));
  for (const char* folder : {"v2-groups", "v3-ragged", "v3-fused", "fp8-v3"})
    for (const fp8_compute fp8 : {fp8_compute::w8a8, fp8_compute::weight_only}) {
      if (fp8 == fp8_compute::weight_only && std::string(folder) != "fp8-v3")
        continue;
      const golden_fixture fixture(folder);
      const bool deterministic = fp8 == fp8_compute::weight_only;
      INFO(folder << " " << to_string(isa));
      const logit_rows want = run(fixture, vectorised, fp8, deterministic, 2, isa);
      CHECK(run(fixture, on_nodes<2>, fp8, deterministic, 1, isa) == want);
      CHECK(run(fixture, on_nodes<2>, fp8, deterministic, 3, isa) == want);
      CHECK(run(fixture, on_nodes<3>, fp8, deterministic, 4, isa) == want);
    }
}

} // namespace hadal::model
