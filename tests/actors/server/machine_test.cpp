#include "actors/server/build_info.hpp"
#include "actors/server/cpu_report.hpp"
#include "actors/server/machine.hpp"

#include "tests/support/canned_server.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;

} // namespace

TEST_CASE("a port that somebody listens at is taken, any free one is not") {
  const hadal::testing::canned_server server{{}};
  const auto taken = try_listen("127.0.0.1", server.port());
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().code == hadal::error_code::io_error);
  CHECK(taken.error().message == "Address already in use");
  CHECK(try_listen("127.0.0.1", 0).has_value());
  CHECK(try_listen("0.0.0.0", 0).has_value());
}

TEST_CASE("an address that is not this machine's cannot be listened at") {
  CHECK_FALSE(try_listen("192.0.2.1", 0).has_value());
  CHECK_FALSE(try_listen("no-such-host.invalid", 0).has_value());
}

TEST_CASE("the system says how much memory and how many files there are") {
  CHECK(available_memory_bytes() > 1024 * 1024);
  CHECK(descriptor_limit() > 16);
}

TEST_CASE("the limit of open files is raised as far as it goes") {
  raise_descriptor_limit();
  const auto limit = descriptor_limit();
  raise_descriptor_limit();
  CHECK(descriptor_limit() == limit);
}

TEST_CASE("instruction sets have the names of /proc/cpuinfo") {
  CHECK(join_features({}) == "none");
  CHECK(join_features({{"avx2", true}, {"amx_tile", false}, {"fma", true}}) == "avx2 fma");
#if defined(__x86_64__)
  CHECK(cpu_features().front().name == "avx2");
#endif
  CHECK_FALSE(cpu_model().empty());
}

TEST_CASE("the version names the program, its compiler, its libraries and the CPU") {
  const auto text = version_text();
  CHECK(text.find("hadal " + std::string{program_version()}) == 0);
  for (const auto* word :
       {"\nbuild      ", "\nlibraries  CAF 0.", ", Boost 1.", ", simdjson ", "\ncpu        "})
    CHECK(text.find(word) != std::string::npos);
  CHECK(program_version().find('.') != std::string_view::npos);
}
