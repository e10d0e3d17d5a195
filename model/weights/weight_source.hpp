#pragma once
// The source of a model's weights for its loader: named tensors of known shape. A
// checkpoint (model/weights/checkpoint.hpp) and seeded random weights
// (model/weights/expected/dummy_weights.hpp) are sources. All members may be called from several
// threads at once.

#include "base/result.hpp"
#include "model/config/model_config.hpp"
#include "model/weights/tensor_dtype.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hadal::model {

/// A tensor's values as stored, row-major; `bytes` may be unaligned for its dtype and is valid as
/// long as any copy of `owner`.
struct tensor_ref {
  std::string name;
  tensor_dtype dtype = tensor_dtype::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  std::string file; // for messages
};

/// Type and shape only.
struct tensor_info {
  tensor_dtype dtype = tensor_dtype::f32;
  std::vector<std::int64_t> shape;
};

class weight_source {
public:
  virtual ~weight_source() = default;

  /// Type and shape of a tensor, without reading or generating it; empty if there is none.
  virtual std::optional<tensor_info> info(const std::string& name) const = 0;

  /// Errors: invalid_checkpoint (no such tensor, or another shape: the message names file, tensor,
  /// expected and found; param = the tensor), io_error (its file is now shorter).
  virtual result<tensor_ref> tensor(const std::string& name,
                                    const std::vector<std::int64_t>& shape) const = 0;

  /// Starts to read a tensor's bytes ahead, if there is such a tensor; returns at once.
  virtual void prefetch(const std::string& name) const = 0;

  /// The file, folder or other origin that a message about a missing tensor should name.
  virtual std::string origin() const = 0;

  bool has(const std::string& name) const { return info(name).has_value(); }
};

/// The float type of unquantised weights of a source: that of the token embedding. Errors:
/// invalid_checkpoint (no embedding, or its type is no float type).
result<compute_dtype> stored_dtype(const weight_source& source);

} // namespace hadal::model
