#pragma once
// A format of stored weights. One class per format says both which tensors a module has in it and
// how they become what backends pack, so that what is expected and what is read cannot differ.

#include "kernels/ops/packed_weights.hpp"
#include "model/weights/weight_modules.hpp"
#include "model/weights/weight_source.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

struct expected_tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<tensor_dtype> dtypes; // any one of these; the first is what the format's makers write
};

/// A module's weight as it is stored.
struct found_weight {
  /// Its matrices: one, or those of fused experts, expert by expert and part by part.
  std::vector<kernels::raw_weight> matrices;
  std::vector<std::shared_ptr<const void>> owners; // of the memory that they point to
};

class weight_format {
public:
  virtual ~weight_format() = default;

  virtual std::string_view name() const noexcept = 0;

  /// The tensors of a module: the weight, then what belongs to it.
  virtual std::vector<expected_tensor> expect(const weight_module& module) const = 0;

  /// One matrix of a module as `find` would describe it, without its data (null pointers): from
  /// names, types and shapes alone. Errors: invalid_checkpoint (no such tensor, or of a type that
  /// does not fit; param = the tensor).
  virtual result<kernels::raw_weight> describe(const weight_source& source,
                                               const weight_module& module) const = 0;

  /// Reads those tensors. Errors: those of weight_source::tensor; invalid_checkpoint for a dtype
  /// that does not fit, or tensors that do not fit each other or the config (param = the tensor).
  virtual result<found_weight> find(const weight_source& source,
                                    const weight_module& module) const = 0;
};

} // namespace hadal::model
