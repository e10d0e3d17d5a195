#include "model/layers/packed_sizes.hpp"

#include "model/layers/packing.hpp"
#include "model/layers/shapes.hpp"

namespace hadal::model {

namespace {

class weigher {
public:
  weigher(const kernels::backend& backend, const weight_source& source, const model_config& config)
    : backend_(backend), source_(source), formats_(formats_for(backend, config)),
      attention_(attention_shape(config, 1.0f)) {}

  result<void> add(const std::vector<weight_module>& modules) {
    for (const weight_module& module : modules)
      HADAL_TRY(add(module));
    return {};
  }

  result<void> add(const weight_module& module) {
    if (module.cols == 0) { // norms and biases are kept in float32
      bytes_ += static_cast<std::uint64_t>(module.rows) * sizeof(float);
      return {};
    }
    HADAL_TRY_ASSIGN(matrix, formats_.format_of(module).describe(source_, module));
    if (module.role == tensor_role::embedding)
      bytes_ += backend_.embedding_bytes(matrix);
    else
      bytes_ += static_cast<std::uint64_t>(module.matrices()) * backend_.linear_bytes(matrix);
    return {};
  }

  result<void> add_layer(const layer_modules& modules) {
    const weight_module& kv_b = modules.attention.kv_b;
    for (const weight_module& module : modules.all())
      if (module.name != kv_b.name)
        HADAL_TRY(add(module));
    HADAL_TRY_ASSIGN(matrix, formats_.format_of(kv_b).describe(source_, kv_b));
    bytes_ += backend_.kv_b_bytes(matrix, attention_);
    return {};
  }

  std::uint64_t bytes() const noexcept { return bytes_; }

private:
  const kernels::backend& backend_;
  const weight_source& source_;
  weight_formats formats_;
  kernels::mla_shape attention_;
  std::uint64_t bytes_ = 0;
};

} // namespace

result<std::uint64_t> packed_weight_bytes(const kernels::backend& backend,
                                          const weight_source& source, const model_config& config) {
  weigher all(backend, source, config);
  outer_modules outer = modules_outside_layers(config);
  HADAL_TRY(all.add(outer.all()));
  if (!outer.head) { // tied: packed once more, as a linear
    outer.embedding.role = tensor_role::head;
    HADAL_TRY(all.add(outer.embedding));
  }
  for (std::int32_t layer = 0; layer < config.num_hidden_layers; ++layer)
    HADAL_TRY(all.add_layer(modules_of_layer(config, layer, has_fused_experts(source, layer))));
  return all.bytes();
}

} // namespace hadal::model
