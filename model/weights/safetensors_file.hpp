#pragma once
// One safetensors file: an 8-byte little-endian header length, a JSON header of that
// length, and the tensors' bytes to the end of the file. The whole header is checked
// when the file is opened, so no view can reach outside the file. Data may be
// unaligned.
//
// Errors of this header: io_error (the file cannot be opened or mapped), invalid_checkpoint
// (truncated file, wrong header length, bad JSON, a tensor with unknown dtype, bad shape, offsets
// that overlap, leave gaps or leave the file, a size that is not elements times element size, a
// duplicate name). Messages begin with the file's path and name the tensor; param is the tensor, or
// the path if no tensor is at fault.

#include "model/weights/mapped_file.hpp"
#include "model/weights/tensor_dtype.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hadal::model {

/// A stored tensor, row-major. `bytes` views the file's mapping.
struct raw_tensor {
  tensor_dtype dtype = tensor_dtype::f32;
  std::vector<std::int64_t> shape; // empty: a scalar
  std::span<const std::byte> bytes;
};

using raw_tensor_map = std::unordered_map<std::string, raw_tensor>;

/// "[64, 32]".
std::string shape_text(std::span<const std::int64_t> shape);

/// The tensors in the bytes of a whole file; `path` is for messages. Errors as above, without
/// io_error.
result<raw_tensor_map> parse_safetensors(std::span<const std::byte> file, std::string_view path);

class safetensors_file {
public:
  static result<safetensors_file> open(const std::filesystem::path& file);

  const std::filesystem::path& path() const noexcept { return mapping_.path(); }
  const raw_tensor_map& tensors() const noexcept { return tensors_; }
  const mapped_file& mapping() const noexcept { return mapping_; }

  /// Null when the file has no such tensor.
  const raw_tensor* find(const std::string& name) const;

private:
  safetensors_file(mapped_file mapping, raw_tensor_map tensors)
    : mapping_(std::move(mapping)), tensors_(std::move(tensors)) {}

  mapped_file mapping_;
  raw_tensor_map tensors_;
};

} // namespace hadal::model
