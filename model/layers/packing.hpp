#pragma once
// Packs weights of a source in a backend: one function for each kind of weight. Errors of all:
// those of model/weights/linear_weight.hpp, and out_of_memory.

#include "kernels/ops/backend.hpp"
#include "model/weights/linear_weight.hpp"

#include <string>

namespace hadal::model {

/// The raw weight of a tensor that is never quantised. It is valid as long as the tensor.
kernels::raw_weight raw_matrix(const tensor_ref& tensor);

/// How rows meet FP8 weights of a checkpoint in a run: as they are if activations are left
/// unrounded, else quantised, with the kind of scales that the checkpoint was made for.
kernels::input_form fp8_input(const model_config& config,
                              const kernels::backend_options& run) noexcept;

/// Linears of a source, described for packing; owns the memory that the raw weights point to.
class raw_linears {
public:
  /// `fp8_input`: the input form of those that are FP8.
  explicit raw_linears(kernels::input_form fp8_input) : fp8_input_(fp8_input) {}

  void add(linear_weight linear);
  std::span<const kernels::raw_weight> raw() const noexcept { return raw_; }
  const kernels::raw_weight& operator[](std::size_t i) const { return raw_[i]; }

private:
  kernels::input_form fp8_input_;
  std::vector<linear_weight> linears_;
  std::vector<kernels::raw_weight> raw_;
};

struct linear_name {
  std::string prefix; // without ".weight"
  std::int64_t rows = 0;
};

/// The named linears, stacked by rows into one.
result<kernels::packed_linear_ptr> load_stacked(const kernels::backend& backend,
                                                const weight_source& source,
                                                const std::vector<linear_name>& names,
                                                std::int64_t cols, const model_config& config);

result<kernels::packed_norm_ptr> load_norm(const kernels::backend& backend,
                                           const weight_source& source, const std::string& prefix,
                                           std::int64_t cols);

result<kernels::packed_embedding_ptr> load_embedding(const kernels::backend& backend,
                                                     const weight_source& source,
                                                     const model_config& config);

/// lm_head, or the embedding if they are tied.
result<kernels::packed_linear_ptr>
load_head(const kernels::backend& backend, const weight_source& source, const model_config& config);

} // namespace hadal::model
