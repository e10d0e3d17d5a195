#pragma once
// A file mapped read-only into memory. Reading a mapping past the end of its file is a bus error
// that ends the process: whoever hands out parts of one asks `check_length` first.

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <span>

namespace hadal::model {

class mapped_file {
public:
  /// Maps a regular file (or what a symlink leads to); an empty file maps to no bytes.
  /// Errors: io_error (param = the path).
  static result<mapped_file> open(const std::filesystem::path& file);

  mapped_file(mapped_file&& other) noexcept;
  mapped_file& operator=(mapped_file&& other) noexcept;
  ~mapped_file();

  const std::filesystem::path& path() const noexcept { return path_; }
  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

  /// Errors: io_error when the file has become shorter than the mapping.
  result<void> check_length() const;

  /// Asks the system to read a part of `bytes()` ahead; returns at once, failure has no effect.
  void prefetch(std::span<const std::byte> part) const noexcept;

private:
  mapped_file() = default;

  std::filesystem::path path_;
  int fd_ = -1;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace hadal::model
