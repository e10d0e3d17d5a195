#pragma once
// A folder that goes with the test.

#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace hadal::server::testing {

class temporary_folder {
public:
  temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "hadal-cli-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::filesystem::path path(const std::filesystem::path& inside = {}) const {
    return inside.empty() ? root_ : root_ / inside;
  }

  /// Writes a file, with the folders that lead to it.
  std::filesystem::path write(const std::filesystem::path& inside, const std::string& text) const {
    std::filesystem::create_directories((root_ / inside).parent_path());
    std::ofstream{root_ / inside, std::ios::binary} << text;
    return root_ / inside;
  }

private:
  std::filesystem::path root_;
};

} // namespace hadal::server::testing
