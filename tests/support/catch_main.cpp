#include "tests/support/source_root.hpp"

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <filesystem>

int main(int argc, char** argv) {
  std::filesystem::current_path(hadal::test::source_root());
  return Catch::Session().run(argc, argv);
}
