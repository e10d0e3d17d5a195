#include "actors/server/bench_options.hpp"

#include "tests/support/catch.hpp"

namespace hadal::server {

namespace {

result<void> read(bench_options& options, const std::vector<std::string>& arguments) {
  return apply(bench_flags(options), arguments, [](const std::string&) { return nullptr; });
}

} // namespace

TEST_CASE("batches and lengths are lists of whole numbers") {
  bench_options options;
  REQUIRE(read(options, {"--batch", "1,2,64", "--input-len=8", "--threads", "2"}).has_value());
  CHECK(options.plan.batches == std::vector<std::int32_t>{1, 2, 64});
  CHECK(options.plan.input_lens == std::vector<std::int32_t>{8});
  CHECK(options.model.threads == 2u);
  for (const auto* bad : {"1,", ",1", "a", "0", "1;2", "-1"}) {
    const auto done = read(options, {"--batch", bad});
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().message.find("must be whole numbers from 1 to 4096") != std::string::npos);
  }
}

TEST_CASE("a bench takes the flags of the model, not those of a server") {
  bench_options options;
  CHECK(read(options, {"--load-format", "dummy", "--cpu-isa", "scalar"}).has_value());
  CHECK(read(options, {"--numa", "off"}).has_value());
  CHECK(options.model.numa == numa_mode::off);
  CHECK_FALSE(read(options, {"--port", "1"}).has_value());
}

} // namespace hadal::server
