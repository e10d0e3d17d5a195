#pragma once
// Small text files of a checkpoint (config.json and its like), read whole.

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace hadal::model {

/// The bytes of a regular file, symlinks followed, of at most `bytes_max` bytes. Errors: io_error
/// (cannot be opened or read, not a regular file, too large), param = the path.
result<std::string> read_text_file(const std::filesystem::path& file, std::size_t bytes_max);

} // namespace hadal::model
