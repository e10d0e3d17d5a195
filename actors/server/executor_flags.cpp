#include "actors/server/executor_flags.hpp"

#include "actors/server/kernel_choice.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"

namespace hadal::server {

model::executor_options executor_options_of(const serve_options& options,
                                            const model::model_config& config,
                                            const std::filesystem::path& directory) {
  model::executor_options o;
  o.config = config;
  o.directory = directory;
  o.dummy_weights = options.load_format == load_format::dummy;
  o.dummy_seed = options.random_seed.value_or(0);
  o.dtype = options.dtype;
  o.fp8_compute = options.fp8_compute;
  const kernel_choice chosen = choose_kernels(options.cpu_isa, kernels::usable_simd());
  o.scalar = chosen.scalar;
  o.isa = chosen.isa;
  o.numa = options.numa == numa_mode::off ? kernels::numa_mode::off : kernels::numa_mode::automatic;
  o.queued = options.device == device_kind::queued;
  o.deterministic = options.enable_deterministic_inference;
  return o;
}

} // namespace hadal::server
