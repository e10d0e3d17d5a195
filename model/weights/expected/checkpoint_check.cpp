#include "model/weights/expected/checkpoint_check.hpp"

#include "model/weights/formats/weight_formats.hpp"

#include <fmt/core.h>

namespace hadal::model {

namespace {

class examiner {
public:
  examiner(const checkpoint& source, const model_config& config)
    : source_(source), config_(config), formats_(config, true) {}

  checkpoint_report examine() {
    report_.shards = source_.shard_count();
    report_.file_bytes = source_.file_bytes();
    check_all(modules_outside_layers(config_).all(), report_.faults);
    for (std::int32_t layer = 0; layer < config_.num_hidden_layers; ++layer)
      check_layer(layer, report_.faults);
    for (std::int32_t m = 0; m < config_.num_nextn_predict_layers; ++m)
      check_mtp(config_.num_hidden_layers + m);
    report_.ignored_tensors = source_.names().size() - report_.needed.tensors;
    return std::move(report_);
  }

private:
  void check_layer(std::int32_t layer, std::vector<error>& faults) {
    const bool fused = has_fused_experts(source_, layer);
    report_.fused_experts |= fused;
    check_all(modules_of_layer(config_, layer, fused).all(), faults);
  }

  void check_mtp(std::int32_t layer) {
    if (!source_.has(fmt::format("model.layers.{}.eh_proj.weight", layer)))
      return;
    const std::size_t faults_before = report_.mtp_faults.size();
    check_layer(layer, report_.mtp_faults);
    report_.mtp_layers += report_.mtp_faults.size() == faults_before;
  }

  void check_all(const std::vector<weight_module>& modules, std::vector<error>& faults) {
    for (const weight_module& module : modules) {
      const weight_format& format = formats_.format_of(module);
      auto found = format.find(source_, module);
      if (!found) {
        faults.push_back(std::move(found.error()));
        continue;
      }
      for (const expected_tensor& expected : format.expect(module))
        if (const auto stored = source_.info(expected.name))
          count(*stored);
    }
  }

  void count(const tensor_info& tensor) {
    std::uint64_t bytes = element_bytes(tensor.dtype);
    for (const std::int64_t length : tensor.shape)
      bytes *= static_cast<std::uint64_t>(length);
    for (auto* amount : {&report_.needed, &report_.dtypes[std::string(to_string(tensor.dtype))]}) {
      ++amount->tensors;
      amount->bytes += bytes;
    }
  }

  const checkpoint& source_;
  const model_config& config_;
  weight_formats formats_;
  checkpoint_report report_;
};

} // namespace

checkpoint_report check_checkpoint(const checkpoint& source, const model_config& config) {
  return examiner(source, config).examine();
}

} // namespace hadal::model
