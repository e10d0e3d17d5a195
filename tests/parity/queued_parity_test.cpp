// Whole models on the stand-in for a device, whose steps run later, padded and replayed: every bit
// is that of the backend behind it.
#include "kernels/cpu/queued/queued_backend.hpp"
#include "tests/model/deepseek/model_runner.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

std::unique_ptr<kernels::backend> queued(const tested_options& options, backend_maker inner) {
  return std::make_unique<kernels::queued_backend>(inner(options), kernels::queued_options{});
}

/// Three sequences that share steps of changing sizes, and one that runs alone in chunks of 5.
logit_rows mixed_steps(model_runner& runner, const std::vector<token_id>& tokens) {
  const auto part = [&](std::size_t begin, std::size_t count) {
    const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(begin);
    return std::vector<token_id>(from, from + static_cast<std::ptrdiff_t>(count));
  };
  logit_rows all = runner.step({{0, part(0, 9)}, {1, part(3, 20)}});
  const auto add = [&](logit_rows rows) { all.insert(all.end(), rows.begin(), rows.end()); };
  add(runner.step({{0, part(9, 1)}, {1, part(23, 1)}, {2, part(0, 1)}}));
  add(runner.step({{2, part(1, 30)}}));
  for (std::size_t i = 10; i < 16; ++i)
    add(runner.step({{0, part(i, 1)}, {2, part(i + 21, 1)}}));
  add(runner.run(3, part(0, 32), 5));
  return all;
}

} // namespace

TEST_CASE("every logit of a padded and replayed step has the bits of the backend behind it") {
  const auto [name, inner] = GENERATE(from_range(cpu_backends));
  const bool deterministic = GENERATE(false, true);
  for (const char* folder : {"v2-groups", "v3-ragged", "v3-tied", "fp8-v3"}) {
    const golden_fixture fixture(folder);
    const auto tokens = fixture.values<token_id>(fixture.has("ids") ? "ids" : "prompt.0.ids");
    REQUIRE(tokens.size() >= 40);
    INFO(folder << " " << name << " deterministic " << deterministic);
    const auto options =
        backend_options_of(fixture.config, dtype::bfloat16, fp8_compute::w8a8, deterministic);
    model_runner plain(fixture.config, *fixture.weights, inner(options));
    model_runner later(fixture.config, *fixture.weights, queued(options, inner));
    CHECK(later.model().backend_name() == "queued " + std::string(plain.model().backend_name()));
    CHECK(mixed_steps(later, tokens) == mixed_steps(plain, tokens));
  }
}

} // namespace hadal::model
