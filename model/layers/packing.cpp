#include "model/layers/packing.hpp"

#include <iterator>
#include <utility>

namespace hadal::model {

namespace {

/// What was found, kept until it is packed.
class found_list {
public:
  result<void> find(const weight_source& source, const weight_format& format,
                    const weight_module& module) {
    HADAL_TRY_ASSIGN(found, format.find(source, module));
    std::move(found.owners.begin(), found.owners.end(), std::back_inserter(owners_));
    matrices_.insert(matrices_.end(), found.matrices.begin(), found.matrices.end());
    return {};
  }
  const std::vector<kernels::raw_weight>& matrices() const noexcept { return matrices_; }

private:
  std::vector<kernels::raw_weight> matrices_;
  std::vector<std::shared_ptr<const void>> owners_;
};

} // namespace

weight_formats formats_for(const kernels::backend& backend, const model_config& config) {
  return {config, !backend.options().unrounded_activations};
}

result<kernels::packed_linear_ptr> load_stacked(const kernels::backend& backend,
                                                const weight_source& source,
                                                const weight_formats& formats,
                                                const std::vector<weight_module>& linears) {
  found_list found;
  for (const weight_module& linear : linears)
    HADAL_TRY(found.find(source, formats.format_of(linear), linear));
  return backend.pack_linear(found.matrices());
}

result<kernels::packed_norm_ptr> load_norm(const kernels::backend& backend,
                                           const weight_source& source, const weight_module& norm) {
  HADAL_TRY_ASSIGN(weight, find_floats(source, norm));
  return backend.pack_norm(weight);
}

result<kernels::packed_kv_b_ptr> load_kv_b(const kernels::backend& backend,
                                           const weight_source& source,
                                           const weight_formats& formats, const weight_module& kv_b,
                                           const kernels::mla_shape& shape) {
  HADAL_TRY_ASSIGN(found, formats.format_of(kv_b).find(source, kv_b));
  return backend.pack_kv_b(found.matrices.at(0), shape);
}

result<kernels::packed_router_ptr> load_router(const kernels::backend& backend,
                                               const weight_source& source,
                                               const moe_modules& modules,
                                               const kernels::routing_shape& shape) {
  HADAL_TRY_ASSIGN(gate, plain_format().find(source, modules.router));
  std::vector<float> bias;
  if (modules.router_bias) {
    HADAL_TRY_ASSIGN(values, find_floats(source, *modules.router_bias));
    bias = std::move(values);
  }
  return backend.pack_router(gate.matrices.at(0), bias, shape);
}

result<kernels::packed_experts_ptr> load_experts(const kernels::backend& backend,
                                                 const weight_source& source,
                                                 const weight_formats& formats,
                                                 const moe_modules& modules) {
  found_list gate_up; // gate and up of each expert in turn
  found_list down;
  const auto find = [&](found_list& list, const weight_module& module) {
    return list.find(source, formats.format_of(module), module);
  };
  if (modules.fused_gate_up) {
    HADAL_TRY(find(gate_up, *modules.fused_gate_up));
    HADAL_TRY(find(down, *modules.fused_down));
  }
  for (const mlp_modules& expert : modules.experts) {
    HADAL_TRY(find(gate_up, expert.gate));
    HADAL_TRY(find(gate_up, expert.up));
    HADAL_TRY(find(down, expert.down));
  }
  std::vector<kernels::raw_expert> experts;
  for (std::size_t e = 0; e < down.matrices().size(); ++e)
    experts.push_back(
        {gate_up.matrices()[2 * e], gate_up.matrices()[2 * e + 1], down.matrices()[e]});
  return backend.pack_experts(experts);
}

result<kernels::packed_embedding_ptr> load_embedding(const kernels::backend& backend,
                                                     const weight_source& source,
                                                     const weight_module& embedding) {
  HADAL_TRY_ASSIGN(found, plain_format().find(source, embedding));
  return backend.pack_embedding(found.matrices.at(0));
}

result<kernels::packed_linear_ptr> load_head(const kernels::backend& backend,
                                             const weight_source& source,
                                             const outer_modules& modules) {
  HADAL_TRY_ASSIGN(found,
                   plain_format().find(source, modules.head ? *modules.head : modules.embedding));
  return backend.pack_linear(found.matrices);
}

} // namespace hadal::model
