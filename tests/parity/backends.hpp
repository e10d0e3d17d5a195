#pragma once
// The oracle and the simd backend side by side, and how their tensors are compared.

#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/kernels/tested_options.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace hadal::kernels::testing {

/// Both backends reserve small_limits(attention). On a machine without the vector instructions
/// there is nothing to compare, and every test here fails instead of passing without a comparison.
inline std::unique_ptr<backend> make_oracle(const backend_options& options,
                                            const mla_shape& attention = {}) {
  auto made = make_scalar_backend(options);
  REQUIRE(made.has_value());
  REQUIRE((*made)->reserve(small_limits(attention)).has_value());
  return std::move(*made);
}

inline std::unique_ptr<backend> make_simd(const tested_options& options, int threads,
                                          const mla_shape& attention = {}) {
  cpu_options cpu = options.cpu;
  cpu.threads = threads;
  auto made = make_simd_backend(options, cpu);
  REQUIRE(made.has_value());
  REQUIRE((*made)->reserve(small_limits(attention)).has_value());
  return std::move(*made);
}

/// Every instruction set of this machine, the best first.
inline std::vector<simd_isa> tested_simd() {
  std::vector<simd_isa> all = usable_simd();
  REQUIRE_FALSE(all.empty());
  return all;
}

/// Every compute dtype; the half-width ones also with activations left unrounded in float32.
inline std::vector<tested_options> tested_roundings() {
  std::vector<tested_options> all(5);
  all[0].compute = dtype::float32;
  all[1].compute = all[2].compute = dtype::bfloat16;
  all[3].compute = all[4].compute = dtype::float16;
  all[2].unrounded_activations = all[4].unrounded_activations = true;
  return all;
}

/// The largest relative L2 distance of a row of `got` from the same row of `want`; the absolute one
/// for rows that are zero or too small for a relative distance in float32.
inline double worst_row(const matrix& want, const matrix& got) {
  REQUIRE((want.rows() == got.rows() && want.cols() == got.cols()));
  double worst = 0.0;
  for (std::int64_t r = 0; r < want.rows(); ++r) {
    double difference = 0.0;
    double norm = 0.0;
    for (std::int64_t c = 0; c < want.cols(); ++c) {
      const double d = static_cast<double>(got.at(r, c)) - want.at(r, c);
      difference += d * d;
      norm += static_cast<double>(want.at(r, c)) * want.at(r, c);
    }
    const double distance = norm > 1e-60 ? std::sqrt(difference / norm) : std::sqrt(difference);
    worst = distance <= worst ? worst : distance; // keeps NaN
  }
  return worst;
}

/// The distance allowed between two correct results: float32 sums in another order, then rounded to
/// the type of `activations`, possibly in different directions.
inline double row_tolerance(dtype activations) {
  switch (activations) {
  case dtype::bfloat16: return 3e-3;
  case dtype::float16: return 4e-4;
  default: return 2e-6;
  }
}

inline bool same_bits(const matrix& a, const matrix& b) {
  return a.values().size() == b.values().size() &&
         std::memcmp(a.values().data(), b.values().data(), a.values().size() * sizeof(float)) == 0;
}

/// Row r of m as a matrix of its own.
inline matrix one_row(const matrix& m, std::int64_t r) {
  matrix row(1, m.cols());
  for (std::int64_t c = 0; c < m.cols(); ++c)
    row.at(0, c) = m.at(r, c);
  return row;
}

inline std::string describe(const tested_options& o) {
  return std::string(to_string(o.cpu.isa)) + " " + std::string(to_string(o.compute)) +
         (o.unrounded_activations ? " unrounded" : "");
}

/// Values of `from` as a checkpoint would hold them in bfloat16 or float16.
inline std::vector<std::uint16_t> half_bits(const matrix& from, dtype type) {
  std::vector<std::uint16_t> bits;
  for (const float v : from.values())
    bits.push_back(type == dtype::bfloat16 ? float_to_bfloat16(v) : float_to_float16(v));
  return bits;
}

} // namespace hadal::kernels::testing
