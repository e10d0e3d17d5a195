#pragma once
// Makes an executor, ready for its first step, from a checkpoint or from dummy weights. Several
// threads read and pack weights; the call blocks until all are loaded.

#include "kernels/cpu/cpu_options.hpp"
#include "model/config/model_config.hpp"
#include "model/execution/step_executor.hpp"
#include "model/layers/expert_hits.hpp"
#include "model/weights/load_jobs.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace hadal::model {

struct executor_options {
  model_config config;
  std::filesystem::path directory; // of the checkpoint; not read with dummy_weights
  bool dummy_weights = false;      // seeded random weights of the config
  std::uint64_t dummy_seed = 0;
  std::optional<compute_dtype> dtype;               // empty: from the checkpoint
  enum fp8_compute fp8_compute = fp8_compute::w8a8; // of FP8 weights
  bool queued = false; // steps run later, on a thread of the backend: the tests' device
  bool scalar = false; // the oracle, else the vectorised backend
  kernels::simd_isa isa = kernels::simd_isa::best;         // of simd; best: scalar if none
  kernels::numa_mode numa = kernels::numa_mode::automatic; // likewise
  std::int32_t threads = 0;            // of the backend, and of loading; 0: one per core
  bool deterministic = false;          // bits independent of batch, chunk and thread count
  std::int32_t page_count = 0;         // KV pages of 64 tokens, touched on first use
  std::int32_t context_length = 0;     // tokens of one sequence; 0: from the config
  std::uint32_t slot_count = 0;        // sequences that run at once
  std::int32_t max_step_tokens = 0;    // rows of one step
  std::int32_t sampled_vocab_size = 0; // ids from here on are never sampled; 0: all may be
  expert_hits* hits = nullptr;         // outlives the executor; null: not counted
  std::function<void(load_progress)> on_progress; // may be empty; any thread, one at a time
};

/// Bytes that the packed weights of such an executor take, without loading them: from the headers
/// of the checkpoint's files. Errors: io_error, invalid_checkpoint, unsupported_model.
result<std::uint64_t> weight_bytes_of(const executor_options& options);

/// Errors: io_error, invalid_checkpoint (named tensor and file), unsupported_model, out_of_memory.
result<std::unique_ptr<step_executor>> make_executor(const executor_options& options);

} // namespace hadal::model
