#pragma once
// Seeded random weights of a config (`--load-format dummy`): no file is read, and the values keep
// activations near unit size through all layers. Linears, router and head are normal with
// deviation 1 / sqrt(inputs), the embedding normal with deviation 1, norms 1 +- 0.05,
// e_score_correction_bias positive and of the order of 0.01. Unquantised tensors have
// config.torch_dtype (bfloat16 if that is absent), the router bias F32; a config with
// quantization_config gets F8_E4M3 linears and F32 block scales, powers of two where scale_fmt
// says so.
//
// A value depends only on the seed, the tensor's name and its index in the tensor: order and
// threads of loading do not change it. Each call of `tensor` generates the bytes again.

#include "model/weights/weight_modules.hpp"
#include "model/weights/weight_source.hpp"

#include <unordered_map>

namespace hadal::model {

class weight_format;

class dummy_weights final : public weight_source {
public:
  dummy_weights(const model_config& config, std::uint64_t seed);

  std::optional<tensor_info> info(const std::string& name) const override;
  /// Errors: invalid_checkpoint (the config has no such tensor, or another shape).
  result<tensor_ref> tensor(const std::string& name,
                            const std::vector<std::int64_t>& shape) const override;
  void prefetch(const std::string&) const override {}
  std::string origin() const override { return "dummy weights"; }

private:
  struct recipe {
    tensor_info made;
    tensor_role role = tensor_role::linear;
    std::string weight_name;                // of a scale: its weight
    std::vector<std::int64_t> weight_shape; // likewise
  };

  void add(const weight_module& module, const weight_format& format, tensor_dtype float_dtype);
  void make_floats(const std::string& name, const recipe& how, std::span<std::byte> to) const;
  void make_fp8(const std::string& name, const recipe& how, std::span<std::byte> to) const;
  void make_scales(const recipe& how, std::span<std::byte> to) const;

  std::uint64_t seed_;
  std::optional<fp8_config> fp8_;
  std::unordered_map<std::string, recipe> recipes_;
};

} // namespace hadal::model
