#include "model/weights/formats/weight_formats.hpp"

#include <algorithm>
#include <iterator>

namespace hadal::model {

namespace {

kernels::input_form fp8_input(const fp8_config& config, bool quantise) noexcept {
  if (!quantise)
    return kernels::input_form::plain;
  return config.scale_ue8m0 ? kernels::input_form::e4m3_128_ue8m0 : kernels::input_form::e4m3_128;
}

/// True if `part` is `path` or some of its first names.
bool leads(std::string_view path, std::string_view part) noexcept {
  return path.starts_with(part) && (path.size() == part.size() || path[part.size()] == '.');
}

} // namespace

weight_formats::weight_formats(const model_config& config, bool quantise_inputs) {
  if (!config.quantization)
    return;
  fp8_.emplace(*config.quantization, fp8_input(*config.quantization, quantise_inputs));
  left_out_ = config.quantization->modules_to_not_convert;
}

const weight_format& weight_formats::format_of(const weight_module& module) const {
  if (module.role != tensor_role::linear || !fp8_)
    return plain_;
  const bool left_out =
      std::any_of(left_out_.begin(), left_out_.end(),
                  [&](const std::string& part) { return leads(module.name, part); });
  if (left_out)
    return plain_;
  return *fp8_;
}

std::vector<expected_tensor>
weight_formats::expect(const std::vector<weight_module>& modules) const {
  std::vector<expected_tensor> all;
  for (const weight_module& module : modules) {
    auto own = format_of(module).expect(module);
    std::move(own.begin(), own.end(), std::back_inserter(all));
  }
  return all;
}

} // namespace hadal::model
