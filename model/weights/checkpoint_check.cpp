#include "model/weights/checkpoint_check.hpp"

#include "model/weights/expected_tensors.hpp"
#include "model/weights/linear_weight.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

class examiner {
public:
  examiner(const checkpoint& source, const model_config& config)
    : source_(source), config_(config) {}

  checkpoint_report examine() {
    report_.shards = source_.shard_count();
    report_.file_bytes = source_.file_bytes();
    check_all(expected_outer_tensors(config_), report_.faults);
    for (std::int32_t layer = 0; layer < config_.num_hidden_layers; ++layer)
      check_layer(layer, report_.faults);
    for (std::int32_t m = 0; m < config_.num_nextn_predict_layers; ++m)
      check_mtp(config_.num_hidden_layers + m);
    report_.ignored_tensors = source_.names().size() - report_.needed.tensors;
    return std::move(report_);
  }

private:
  void check_layer(std::int32_t layer, std::vector<error>& faults) {
    const std::string experts = fmt::format("model.layers.{}.mlp.experts.", layer);
    const bool fused =
        !source_.has(experts + "0.gate_proj.weight") && source_.has(experts + "gate_up_proj");
    report_.fused_experts |= fused;
    check_all(expected_layer_tensors(config_, layer, fused), faults);
  }

  void check_mtp(std::int32_t layer) {
    if (!source_.has(fmt::format("model.layers.{}.eh_proj.weight", layer)))
      return;
    const std::size_t faults_before = report_.mtp_faults.size();
    check_layer(layer, report_.mtp_faults);
    report_.mtp_layers += report_.mtp_faults.size() == faults_before;
  }

  void check_all(const std::vector<expected_tensor>& tensors, std::vector<error>& faults) {
    for (const expected_tensor& expected : tensors) {
      auto found = find_weight(source_, expected.name, expected.shape,
                               expected.role == tensor_role::linear, expected.scale_shape, config_);
      if (!found) {
        faults.push_back(std::move(found.error()));
        continue;
      }
      count(found->weight);
      if (found->scale)
        count(*found->scale);
    }
  }

  void count(const tensor_ref& tensor) {
    for (auto* amount : {&report_.needed, &report_.dtypes[std::string(to_string(tensor.dtype))]}) {
      ++amount->tensors;
      amount->bytes += tensor.bytes.size();
    }
  }

  const checkpoint& source_;
  const model_config& config_;
  checkpoint_report report_;
};

} // namespace

checkpoint_report check_checkpoint(const checkpoint& source, const model_config& config) {
  return examiner(source, config).examine();
}

} // namespace hadal::model
