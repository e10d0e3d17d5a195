#pragma once
// A file mapped read-only into memory. Reading a mapping beyond the end of its file is a bus error
// that ends the process, so callers that pass on parts of a mapping call `check_length` first.

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <span>

namespace hadal::model {

class mapped_file {
public:
  /// Maps a regular file, symlinks followed; an empty file maps to no bytes. Errors: io_error
  /// (param = the path).
  static result<mapped_file> open(const std::filesystem::path& file);

  mapped_file(mapped_file&& other) noexcept;
  mapped_file& operator=(mapped_file&& other) noexcept;
  ~mapped_file();

  const std::filesystem::path& path() const noexcept { return path_; }
  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

  /// Errors: io_error if the file is now shorter than the mapping.
  result<void> check_length() const;

  /// Asks the system to read a part of `bytes()` ahead; returns at once and ignores failures.
  void prefetch(std::span<const std::byte> part) const noexcept;

private:
  mapped_file() = default;

  std::filesystem::path path_;
  int fd_ = -1;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace hadal::model
