#pragma once
// Weights that are not quantised: one tensor, F32, BF16 or F16.

#include "model/weights/formats/weight_format.hpp"

namespace hadal::model {

class plain_format final : public weight_format {
public:
  std::string_view name() const noexcept override { return "plain"; }
  std::vector<expected_tensor> expect(const weight_module& module) const override;
  result<kernels::raw_weight> describe(const weight_source& source,
                                       const weight_module& module) const override;
  /// Errors also: invalid_checkpoint for a linear with the scale of a quantised one.
  result<found_weight> find(const weight_source& source,
                            const weight_module& module) const override;
};

bool is_unquantised(tensor_dtype dtype) noexcept;

/// The type under which backends know a stored type. It is one of those of weights or scales.
kernels::dtype kernel_dtype(tensor_dtype dtype) noexcept;

/// The matrices of `module` in its one tensor, unquantised or without their scales.
found_weight matrices_of(const weight_module& module, const tensor_ref& tensor);

/// A module's values as float32, for vectors: norms, the router's bias. Errors: as plain_format's.
result<std::vector<float>> find_floats(const weight_source& source, const weight_module& module);

/// The error for a tensor that is there and not as it has to be: "FILE: tensor "NAME" WHAT".
tl::unexpected<error> bad_tensor(const tensor_ref& tensor, std::string_view what);

} // namespace hadal::model
