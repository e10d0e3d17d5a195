#include "model/weights/expected/expected_tensors.hpp"

#include "model/weights/formats/weight_formats.hpp"

#include <iterator>

namespace hadal::model {

std::vector<expected_tensor> expected_layer_tensors(const model_config& config, std::int32_t layer,
                                                    bool fused_experts) {
  return weight_formats(config, true).expect(modules_of_layer(config, layer, fused_experts).all());
}

std::vector<expected_tensor> expected_tensors(const model_config& config) {
  std::vector<expected_tensor> tensors =
      weight_formats(config, true).expect(modules_outside_layers(config).all());
  for (std::int32_t layer = 0; layer < config.num_hidden_layers; ++layer) {
    auto of_layer = expected_layer_tensors(config, layer, false);
    std::move(of_layer.begin(), of_layer.end(), std::back_inserter(tensors));
  }
  return tensors;
}

} // namespace hadal::model
