#pragma once
// DeepSeek's FP8: F8_E4M3 weights with one multiplier for each block of rows and columns, the last
// blocks ragged. The scale of "X.weight" is "X.weight_scale_inv" (a multiplier in spite of its
// name), F32, BF16 or F8_E8M0, maybe in another shard; that of a fused "X" is "X_scale_inv", whose
// blocks begin anew with every matrix. A linear that a checkpoint left unquantised is taken as it
// is: dtype and scale decide, not the name.

#include "model/weights/formats/weight_format.hpp"

namespace hadal::model {

class fp8_block_format final : public weight_format {
public:
  /// `input`: how rows meet such weights in this run.
  fp8_block_format(const fp8_config& config, kernels::input_form input)
    : block_rows_(config.weight_block_rows), block_cols_(config.weight_block_cols), input_(input) {}

  std::string_view name() const noexcept override { return "FP8 block"; }
  std::vector<expected_tensor> expect(const weight_module& module) const override;
  result<kernels::raw_weight> describe(const weight_source& source,
                                       const weight_module& module) const override;
  /// Errors also: invalid_checkpoint for FP8 without a scale, and a scale without FP8.
  result<found_weight> find(const weight_source& source,
                            const weight_module& module) const override;

private:
  std::vector<std::int64_t> scale_shape(const weight_module& module) const;
  result<found_weight> find_scaled(const weight_source& source, const weight_module& module,
                                   const tensor_ref& weight) const;

  std::int32_t block_rows_;
  std::int32_t block_cols_;
  kernels::input_form input_;
};

/// The name of the scale of a weight.
std::string scale_name(const std::string& weight_name);

} // namespace hadal::model
