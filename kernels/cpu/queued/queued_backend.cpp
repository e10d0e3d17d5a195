#include "kernels/cpu/queued/queued_backend.hpp"

#include "base/assert.hpp"
#include "kernels/cpu/queued/owned_step.hpp"
#include "kernels/cpu/queued/queued_sampler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace hadal::kernels {

namespace {

constexpr int poison = 0xFF;

std::size_t bytes_of(const_tensor_view view) {
  return static_cast<std::size_t>(view.rows * view.cols) * size_bytes(view.type);
}

/// The size that `count` is padded to, at most `most`.
std::int64_t padded(std::int64_t count, const std::vector<std::int64_t>& sizes, std::int64_t most) {
  const auto size = std::lower_bound(sizes.begin(), sizes.end(), count);
  const std::int64_t fits = size == sizes.end() ? most : std::min(*size, most);
  return count == 0 ? 0 : std::max(count, fits);
}

} // namespace

queued_backend::queued_backend(std::unique_ptr<backend> inner, queued_options queued)
  : backend(inner->options()), inner_(std::move(inner)),
    name_(fmt::format("queued {}", inner_->name())), queued_(std::move(queued)) {
  HADAL_ASSERT(std::is_sorted(queued_.sizes.begin(), queued_.sizes.end()));
}

result<tensor_view> queued_backend::allocate(dtype type, std::int64_t rows, std::int64_t cols) {
  HADAL_TRY_ASSIGN(tensor, inner_->allocate(type, rows, cols));
  tensors_.push_back(tensor);
  return tensor;
}

result<void> queued_backend::reserve(const workspace_limits& limits) {
  rows_max_ = limits.step_rows;
  logit_rows_max_ = limits.step_sequences;
  return inner_->reserve(limits);
}

result<kv_cache_ptr> queued_backend::make_kv_cache(const kv_cache_shape& shape) {
  return inner_->make_kv_cache(shape);
}

result<std::unique_ptr<sampler>> queued_backend::make_sampler(const sampler_shape& shape) {
  HADAL_TRY_ASSIGN(made, inner_->make_sampler(shape));
  return std::make_unique<queued_sampler>(*this, std::move(made));
}

void queued_backend::run_step(const step_layout& step, step_program program,
                              const step_verbs& verbs) {
  HADAL_ASSERT(recording_ == nullptr);
  step_extent extent{step.rows(), static_cast<std::int64_t>(step.logit_rows.size())};
  if (program != step_program::unrecorded)
    extent = {padded(extent.rows, queued_.sizes, rows_max_),
              padded(extent.logit_rows, queued_.sizes, logit_rows_max_)};
  const auto owned = std::make_shared<const owned_step>(step, extent);
  const auto recorded = recording_of(program, extent, verbs);
  enqueue([this, owned, recorded] {
    inner_->run_step(owned->layout(), step_program::unrecorded, [&](step_extent) {
      for (const verb& run : *recorded)
        run_verb(run);
    });
  });
}

std::shared_ptr<const queued_backend::recording>
queued_backend::recording_of(step_program program, step_extent extent, const step_verbs& verbs) {
  const recording_key key(program, extent.rows, extent.logit_rows);
  if (const auto found = recordings_.find(key); found != recordings_.end())
    return found->second;
  const auto made = std::make_shared<recording>();
  recording_ = made.get();
  verbs(extent);
  recording_ = nullptr;
  if (program != step_program::unrecorded)
    recordings_.emplace(key, made);
  return made;
}

void queued_backend::write(tensor_view to, const void* from) {
  HADAL_ASSERT(recording_ == nullptr);
  const auto* const bytes = static_cast<const unsigned char*>(from);
  enqueue([this, to = mine(to), copy = std::vector(bytes, bytes + bytes_of(to))] {
    inner_->write(to, copy.data());
  });
}

void queued_backend::read(const_tensor_view from, void* to) {
  HADAL_ASSERT(recording_ == nullptr);
  if (const std::size_t bytes = bytes_of(from); bytes > 0)
    std::memset(to, poison, bytes);
  enqueue([this, from = mine(from), to] { inner_->read(from, to); });
}

void queued_backend::when_done(done_callback done) {
  HADAL_ASSERT(recording_ == nullptr);
  queue_.push([this, done = std::move(done)] {
    done(failure_ ? result<void>(tl::unexpected(*failure_)) : result<void>());
  });
}

void queued_backend::enqueue(std::function<void()> command) {
  queue_.push([this, command = std::move(command)] {
    if (!failure_)
      command();
  });
}

void queued_backend::add_verb(verb run) {
  if (recording_ != nullptr)
    recording_->push_back(std::move(run));
  else
    enqueue([this, run = std::move(run)] { run_verb(run); });
}

void queued_backend::run_verb(const verb& run) {
  if (failure_)
    return;
  if (++verbs_run_ == queued_.fail_at)
    failure_ = error{error_code::internal, fmt::format("verb {} failed as told", verbs_run_), {}};
  else
    run();
}

} // namespace hadal::kernels
