#include "actors/server/kernel_choice.hpp"

#include "kernels/cpu/simd/make_simd_backend.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::server {

namespace {

using kernels::simd_isa;

/// The instruction sets of a value of the flag, the best first.
std::vector<simd_isa> family_of(cpu_isa asked) {
  switch (asked) {
  case cpu_isa::avx2: return {simd_isa::avx2};
  case cpu_isa::avx512: return {simd_isa::avx512_bf16, simd_isa::avx512};
  case cpu_isa::amx: return {simd_isa::amx};
  case cpu_isa::automatic:
  case cpu_isa::scalar: break;
  }
  return {};
}

std::string join(const std::vector<simd_isa>& sets) {
  std::string names;
  for (const simd_isa isa : sets) {
    names += names.empty() ? "" : ", ";
    names += to_string(isa);
  }
  return names.empty() ? "scalar only" : names;
}

} // namespace

kernel_choice choose_kernels(cpu_isa asked, const std::vector<simd_isa>& usable) {
  if (asked == cpu_isa::scalar)
    return {.scalar = true, .why = "scalar, as asked"};
  if (asked == cpu_isa::automatic) {
    if (usable.empty())
      return {.scalar = true, .why = "scalar: this processor runs none of the vectorised ones"};
    return {.isa = usable.front(),
            .why = fmt::format("{}, the best of {}", to_string(usable.front()), join(usable))};
  }
  const std::vector<simd_isa> family = family_of(asked);
  for (const simd_isa isa : family)
    if (std::find(usable.begin(), usable.end(), isa) != usable.end())
      return {.isa = isa, .why = fmt::format("{}, as asked", to_string(isa))};
  return {.isa = family.back(),
          .runs = false,
          .why = fmt::format("{} asked for, but this processor runs {}", to_string(family.back()),
                             join(usable))};
}

} // namespace hadal::server
