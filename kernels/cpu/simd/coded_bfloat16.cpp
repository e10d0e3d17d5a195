#include "kernels/cpu/simd/coded_bfloat16.hpp"

#include "kernels/cpu/simd/panel_layout.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace hadal::kernels::simd {

exponent_coder::exponent_coder(const std::array<std::int64_t, 256>& counts) {
  std::array<std::uint8_t, 256> order{};
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return counts[a] > counts[b]; });
  std::copy_n(order.begin(), exponents_.size(), exponents_.begin());
  for (std::size_t code = 0; code < exponents_.size(); ++code)
    codes_[exponents_[code]] = static_cast<std::uint8_t>(code);
  for (std::size_t i = exponents_.size(); i < order.size(); ++i)
    exceptions_ += counts[order[i]];
}

void exception_list::add(std::int64_t segment, std::int64_t lane, std::int64_t col,
                         std::uint16_t bits) {
  const std::int64_t at = place<panel_order::pairs, false>(lane, col);
  found_.push_back({segment, {static_cast<std::uint16_t>(at), bits}});
}

void exception_list::write(std::int64_t segments, coded_exception* exceptions,
                           std::uint32_t* begins) {
  std::sort(found_.begin(), found_.end(), [](const entry& a, const entry& b) {
    return std::tie(a.segment, a.exception.place) < std::tie(b.segment, b.exception.place);
  });
  std::size_t at = 0;
  for (std::int64_t segment = 0; segment <= segments; ++segment) {
    for (; at < found_.size() && found_[at].segment < segment; ++at)
      exceptions[at] = found_[at].exception;
    begins[segment] = static_cast<std::uint32_t>(at);
  }
}

} // namespace hadal::kernels::simd
