#pragma once
// The tensors that a config needs, as a pure function of it: dummy weights generate them, `hadal
// doctor` counts them. Experts are separate tensors ("...experts.7.up_proj.weight") or fused
// ("...experts.gate_up_proj"), layer by layer.

#include "model/weights/formats/weight_format.hpp"

namespace hadal::model {

/// Layer `layer`; numbers from num_hidden_layers on are MTP modules (weight_modules.hpp).
std::vector<expected_tensor> expected_layer_tensors(const model_config& config, std::int32_t layer,
                                                    bool fused_experts);

/// All tensors of the model without MTP; experts are separate tensors.
std::vector<expected_tensor> expected_tensors(const model_config& config);

} // namespace hadal::model
