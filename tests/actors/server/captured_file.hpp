#pragma once
// A FILE whose bytes a test can read back.

#include <cstdio>
#include <cstdlib>
#include <string>

namespace hadal::server::testing {

class captured_file {
public:
  captured_file() : file_{::open_memstream(&bytes_, &size_)} {}
  ~captured_file() {
    std::fclose(file_);
    std::free(bytes_);
  }
  captured_file(const captured_file&) = delete;
  captured_file& operator=(const captured_file&) = delete;

  std::FILE* file() const noexcept { return file_; }
  std::string text() const {
    std::fflush(file_);
    return {bytes_, size_};
  }

private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

} // namespace hadal::server::testing
