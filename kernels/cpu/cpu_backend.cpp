#include "kernels/cpu/cpu_backend.hpp"

#include "kernels/cpu/sampling/cpu_sampler.hpp"

#include <algorithm>
#include <cstring>

namespace hadal::kernels {

result<std::unique_ptr<sampler>> cpu_backend::make_sampler(const sampler_shape& shape) {
  return std::make_unique<cpu_sampler>(shape, slot_tokens_);
}

void cpu_backend::run_step(const step_layout& step, step_program, const step_verbs& verbs) {
  step_ = step;
  counted_rows_ = step.sequences.empty()
                      ? 0
                      : step.sequences.back().row_begin + step.sequences.back().extend_len;
  HADAL_ASSERT(counted_rows_ <= step.rows());
  verbs({step.rows(), static_cast<std::int64_t>(step.logit_rows.size())});
  step_ = {};
}

void cpu_backend::write(tensor_view to, const void* from) {
  const std::size_t row_bytes = static_cast<std::size_t>(to.cols) * size_bytes(to.type);
  for (std::int64_t r = 0; r < to.rows; ++r)
    std::memcpy(to.row_range(r, 1).data,
                static_cast<const unsigned char*>(from) + static_cast<std::size_t>(r) * row_bytes,
                row_bytes);
}

void cpu_backend::read(const_tensor_view from, void* to) {
  const std::size_t row_bytes = static_cast<std::size_t>(from.cols) * size_bytes(from.type);
  for (std::int64_t r = 0; r < from.rows; ++r)
    std::memcpy(static_cast<unsigned char*>(to) + static_cast<std::size_t>(r) * row_bytes,
                from.row_range(r, 1).data, row_bytes);
}

void cpu_backend::count_hits(const_tensor_view ids, tensor_view hits) {
  std::int32_t* const counts = hits.row<std::int32_t>(0);
  for (std::int64_t r = 0; r < std::min(ids.rows, counted_rows_); ++r)
    for (std::int64_t i = 0; i < ids.cols; ++i) {
      const std::int32_t expert = ids.row<std::int32_t>(r)[i];
      HADAL_ASSERT(expert >= 0 && expert < hits.cols);
      ++counts[expert];
    }
}

void cpu_backend::gather_logit_rows(const_tensor_view x, tensor_view out) {
  const std::span<const std::int32_t> rows = step().logit_rows;
  HADAL_ASSERT(out.rows == static_cast<std::int64_t>(rows.size()) && out.cols == x.cols);
  counted_rows_ = std::count_if(rows.begin(), rows.end(), [](std::int32_t r) { return r >= 0; });
  gather_rows(x, rows, out);
}

} // namespace hadal::kernels
