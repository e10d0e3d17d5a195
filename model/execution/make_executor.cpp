#include "model/execution/make_executor.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "kernels/cpu/queued/queued_backend.hpp"
#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"
#include "model/config/dtype.hpp"
#include "model/execution/deepseek_executor.hpp"
#include "model/layers/packed_sizes.hpp"
#include "model/layers/shapes.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/expected/dummy_weights.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <thread>

namespace hadal::model {

namespace {

result<std::shared_ptr<const weight_source>> open_weights(const executor_options& options) {
  if (options.dummy_weights)
    return std::make_shared<const dummy_weights>(options.config, options.dummy_seed);
  HADAL_TRY_ASSIGN(opened, checkpoint::open(options.directory));
  return opened;
}

result<std::unique_ptr<kernels::backend>> make_cpu_backend(const executor_options& options,
                                                           const kernels::backend_options& chosen) {
  const bool best = options.isa == kernels::simd_isa::best;
  if (options.scalar || (best && !kernels::simd_supported()))
    return kernels::make_scalar_backend(chosen);
  return kernels::make_simd_backend(
      chosen, {.threads = options.threads, .isa = options.isa, .numa = options.numa});
}

result<std::unique_ptr<kernels::backend>> make_backend(const executor_options& options,
                                                       compute_dtype compute) {
  kernels::backend_options chosen;
  chosen.compute = kernel_dtype(compute);
  chosen.unrounded_activations = unrounded_activations(options.config, options.fp8_compute);
  chosen.deterministic = options.deterministic;
  HADAL_TRY_ASSIGN(made, make_cpu_backend(options, chosen));
  if (options.queued)
    return std::make_unique<kernels::queued_backend>(std::move(made), kernels::queued_options{});
  return std::move(made);
}

/// What there is before weights are read.
struct opened_model {
  std::shared_ptr<const weight_source> weights;
  compute_dtype compute;
  std::unique_ptr<kernels::backend> backend;
};

result<opened_model> open_model(const executor_options& options) {
  HADAL_TRY_ASSIGN(weights, open_weights(options));
  HADAL_TRY_ASSIGN(stored, stored_dtype(*weights));
  const compute_dtype compute = resolve_compute_dtype(options.dtype, options.config, stored);
  HADAL_TRY_ASSIGN(backend, make_backend(options, compute));
  return opened_model{std::move(weights), compute, std::move(backend)};
}

void say_how_it_computes(const executor_options& options, const opened_model& opened) {
  std::string quantised;
  if (options.config.quantization)
    quantised = options.fp8_compute == fp8_compute::weight_only
                    ? ", FP8 weights, activations in float32"
                    : ", FP8 weights and activations";
  // A tensor that is missing has no size; loading will name it.
  std::string size;
  if (const auto bytes = packed_weight_bytes(*opened.backend, *opened.weights, options.config))
    size = fmt::format("; weights take {:.1f} MiB", static_cast<double>(*bytes) / (1 << 20));
  log::info("{} computes in {}{}{}", opened.backend->name(), to_string(opened.compute), quantised,
            size);
}

} // namespace

result<std::uint64_t> weight_bytes_of(const executor_options& options) {
  HADAL_TRY_ASSIGN(opened, open_model(options));
  return packed_weight_bytes(*opened.backend, *opened.weights, options.config);
}

result<std::unique_ptr<step_executor>> make_executor(const executor_options& options) {
  HADAL_ASSERT(options.page_count > 0 && options.slot_count > 0 && options.max_step_tokens > 0);
  HADAL_TRY_ASSIGN(opened, open_model(options));
  const std::int32_t context =
      options.context_length > 0 ? options.context_length : options.config.max_position_embeddings;
  const model_limits limits{options.max_step_tokens, static_cast<std::int32_t>(options.slot_count),
                            context, options.page_count};
  say_how_it_computes(options, opened);
  const unsigned load_threads = options.threads > 0
                                    ? static_cast<unsigned>(options.threads)
                                    : std::max(1u, std::thread::hardware_concurrency());
  HADAL_TRY_ASSIGN(model,
                   deepseek_model::load(options.config, *opened.weights, std::move(opened.backend),
                                        limits, load_threads, options.on_progress));
  if (options.hits != nullptr)
    HADAL_TRY(model->count_experts(*options.hits));
  const std::int32_t vocab = options.config.vocab_size;
  const std::int32_t sampled =
      options.sampled_vocab_size > 0 ? std::min(options.sampled_vocab_size, vocab) : vocab;
  HADAL_TRY_ASSIGN(sampler, model->make_sampler(sampled));
  return std::make_unique<deepseek_executor>(std::move(model), std::move(sampler));
}

} // namespace hadal::model
