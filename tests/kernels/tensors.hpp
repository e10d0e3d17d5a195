#pragma once
// Small tensors and steps for tests of verbs: owned float matrices, seeded values, and a step whose
// sequences have their pages scattered over the pool.

#include "kernels/core/float_formats.hpp"
#include "kernels/ops/backend.hpp"

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace hadal::kernels::testing {

/// splitmix64: the same numbers on every platform.
class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// Uniform in [-1, 1).
  float symmetric() noexcept {
    return static_cast<float>(static_cast<double>(bits() >> 11) * 0x1p-52 - 1.0);
  }
  std::int32_t below(std::int32_t bound) noexcept {
    return static_cast<std::int32_t>(bits() % static_cast<std::uint64_t>(bound));
  }

private:
  std::uint64_t state_;
};

/// A float32 matrix that owns its values.
class matrix {
public:
  matrix(std::int64_t rows, std::int64_t cols)
    : rows_(rows), cols_(cols), values_(static_cast<std::size_t>(rows * cols)) {}
  matrix(std::int64_t rows, std::int64_t cols, std::initializer_list<float> values)
    : rows_(rows), cols_(cols), values_(values) {
    HADAL_ASSERT(static_cast<std::int64_t>(values_.size()) == rows * cols);
  }

  /// Values in [-scale, scale), rounded to `type`.
  static matrix random(std::int64_t rows, std::int64_t cols, std::uint64_t seed, float scale = 1.0f,
                       dtype type = dtype::float32) {
    matrix m(rows, cols);
    random_source source(seed);
    for (float& value : m.values_)
      value = round_to(type, source.symmetric() * scale);
    return m;
  }

  float& at(std::int64_t row, std::int64_t col) {
    return values_[static_cast<std::size_t>(row * cols_ + col)];
  }
  float at(std::int64_t row, std::int64_t col) const {
    return values_[static_cast<std::size_t>(row * cols_ + col)];
  }
  std::vector<float>& values() { return values_; }
  const std::vector<float>& values() const { return values_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }

  tensor_view view() { return {values_.data(), dtype::float32, rows_, cols_}; }
  const_tensor_view view() const { return {values_.data(), dtype::float32, rows_, cols_}; }
  raw_weight raw() const { return {values_.data(), dtype::float32, rows_, cols_}; }

private:
  std::int64_t rows_;
  std::int64_t cols_;
  std::vector<float> values_;
};

/// A float8 weight with block scales.
struct float8_weight {
  std::int64_t rows;
  std::int64_t cols;
  std::vector<std::uint8_t> bytes;
  std::vector<float> scales;

  static float8_weight random(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
    float8_weight w{rows, cols, {}, {}};
    random_source source(seed);
    for (std::int64_t i = 0; i < rows * cols; ++i)
      w.bytes.push_back(float_to_float8_e4m3(source.symmetric() * 448.0f));
    for (std::int64_t i = 0; i < ((rows + 127) / 128) * ((cols + 127) / 128); ++i)
      w.scales.push_back(1e-4f * (1.5f + source.symmetric()));
    return w;
  }
  raw_weight raw(input_form input = input_form::e4m3_128, std::int32_t block_rows = 128,
                 std::int32_t block_cols = 128) const {
    return {bytes.data(),
            dtype::float8_e4m3,
            rows,
            cols,
            {scales.data(), dtype::float32, block_rows, block_cols},
            input};
  }
};

/// How float8 weights are used by a run: as they are where it leaves activations unrounded.
inline input_form float8_input(const backend_options& run) {
  return run.unrounded_activations ? input_form::plain : input_form::e4m3_128;
}

/// Limits that hold for every small test.
inline workspace_limits small_limits(const mla_shape& attention = {}) {
  workspace_limits limits;
  limits.step_rows = 512;
  limits.step_sequences = 64;
  limits.context_length = 1024;
  limits.linear_cols = 1024;
  limits.linear_rows = 2048;
  limits.mlp_width = 512;
  limits.experts_per_token = 8;
  limits.experts = 64;
  limits.attention = attention;
  return limits;
}

/// Builds a step_layout from (cached_len, extend_len) pairs. Pages are handed out backwards, so
/// that neighbouring tokens of a sequence do not lie in neighbouring pages.
class small_step {
public:
  struct extent {
    std::int32_t cached_len;
    std::int32_t extend_len;
  };

  /// Each sequence keeps the pages [first_page, ...) that a step for `tokens_max` tokens gave it.
  small_step(const std::vector<extent>& extents, std::int32_t tokens_max) {
    const std::int32_t pages_each = (tokens_max + 63) / 64;
    std::int32_t row = 0;
    for (std::size_t s = 0; s < extents.size(); ++s) {
      const auto [cached, extend] = extents[s];
      sequences_.push_back({row, extend, cached, static_cast<std::uint32_t>(pages_.size()),
                            static_cast<std::uint32_t>(pages_each)});
      for (std::int32_t p = 0; p < pages_each; ++p)
        pages_.push_back(page_id{
            static_cast<std::uint32_t>((static_cast<std::int32_t>(s) + 1) * pages_each - 1 - p)});
      for (std::int32_t i = 0; i < extend; ++i) {
        ids_.push_back(0);
        positions_.push_back(cached + i);
      }
      row += extend;
    }
  }

  std::vector<token_id>& ids() { return ids_; }
  std::int32_t page_count() const { return static_cast<std::int32_t>(pages_.size()); }
  step_layout layout() const { return {ids_, positions_, sequences_, pages_, {}}; }

private:
  std::vector<token_id> ids_;
  std::vector<std::int32_t> positions_;
  std::vector<step_sequence> sequences_;
  std::vector<page_id> pages_;
};

/// Runs `verbs` over the rows of a step.
template <class Verbs>
void in_step(backend& b, const step_layout& step, const Verbs& verbs) {
  b.run_step(step, step_program::unrecorded, [&](step_extent) { verbs(); });
}

} // namespace hadal::kernels::testing
