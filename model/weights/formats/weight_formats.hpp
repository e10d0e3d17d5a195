#pragma once
// Chooses the format of each module of a checkpoint: by its role, since only linears are
// quantised, by quantization_config, and by that config's list of modules that were left out.

#include "model/weights/formats/fp8_block.hpp"
#include "model/weights/formats/plain.hpp"

#include <optional>

namespace hadal::model {

class weight_formats {
public:
  /// `quantise_inputs`: whether this run quantises the rows that meet quantised weights, with the
  /// kind of scales that the checkpoint was made for; else it dequantises the weights.
  weight_formats(const model_config& config, bool quantise_inputs);

  /// Errors of `find` are the format's; config.json with another quant_method was refused when it
  /// was read.
  const weight_format& format_of(const weight_module& module) const;

  /// The tensors of all modules of a list.
  std::vector<expected_tensor> expect(const std::vector<weight_module>& modules) const;

private:
  plain_format plain_;
  std::optional<fp8_block_format> fp8_;
  std::vector<std::string> left_out_; // modules, or leading parts of their paths
};

} // namespace hadal::model
