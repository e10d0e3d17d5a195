// The form in which a weight is stored, chosen from its shape and types, and the memory that this
// form takes.

#include "kernels/cpu/simd/weight_panels.hpp"

#include <numeric>

namespace hadal::kernels::simd {

std::size_t element_bytes(element type) noexcept {
  switch (type) {
  case element::float32: return 4;
  case element::bfloat16:
  case element::float16: return 2;
  case element::float8: return 1;
  }
  return 0;
}

element kept_element(dtype source, dtype compute) noexcept {
  return compute == dtype::float32 ? element_of(source) : element_of(compute);
}

element element_of(dtype type) noexcept {
  switch (type) {
  case dtype::bfloat16: return element::bfloat16;
  case dtype::float16: return element::float16;
  default: return element::float32;
  }
}

/// Elements of a panel.
std::int64_t weight_panels::panel_elements() const noexcept {
  switch (order_) {
  case panel_order::columns:
  case panel_order::coded: break;
  case panel_order::pairs: return panel_width * ((cols_ + 3) / 4 * 4);
  case panel_order::twos: return panel_width * ((cols_ + 1) / 2 * 2);
  }
  return panel_width * cols_;
}

std::size_t weight_panels::stored_bytes(std::int64_t elements) const noexcept {
  if (order_ == panel_order::coded)
    return static_cast<std::size_t>(elements / 2 * 3);
  return static_cast<std::size_t>(elements) * element_bytes(type_);
}

bool weight_panels::may_be_coded(dtype compute, panel_orders orders) const noexcept {
  return compute == dtype::bfloat16 && orders.bfloat16 == panel_order::pairs && cols_ % 8 == 0 &&
         rows_ * cols_ * 2 >= orders.coded_bytes_min;
}

void weight_panels::choose_plain(dtype stored, dtype compute, panel_orders orders) noexcept {
  type_ = kept_element(stored, compute);
  order_ = compute == dtype::bfloat16 ? orders.bfloat16 : panel_order::columns;
}

void weight_panels::choose_float8(const raw_weight& weight, dtype compute, panel_orders orders,
                                  bool with_nan) noexcept {
  // A sum ends where a scale of the weight or of quantised activations (128 columns) ends.
  segment_ = std::gcd(segment_length_max, weight.scales.block_cols);
  segments_ = (cols_ + segment_ - 1) / segment_;
  input_ = weight.input;
  if (!quantised_input())
    round_ = element_of(compute);
  const bool plain = with_nan || (orders.float8 == panel_order::twos && segment_ % 2 != 0);
  type_ = plain ? element::float32 : element::float8;
  order_ = plain ? panel_order::columns : orders.float8;
  // Quantised activations are exact in bfloat16 too.
  if (order_ == panel_order::pairs && (!quantised_input() || segment_ % 4 != 0))
    order_ = panel_order::columns;
}

std::uint64_t weight_panels::scale_bytes() const noexcept {
  return static_cast<std::uint64_t>(panel_count() * segments_ * panel_width) * sizeof(float);
}

std::uint64_t weight_panels::expected_bytes(const raw_weight& weight, dtype compute,
                                            panel_orders orders, int nodes) {
  weight_panels panels(weight.rows, weight.cols);
  const auto values = [&] {
    return panels.stored_bytes(panels.panel_count() * panels.panel_elements());
  };
  if (weight.type == dtype::float8_e4m3) {
    panels.choose_float8(weight, compute, orders, false);
    return values() + panels.scale_bytes();
  }
  panels.choose_plain(weight.type, compute, orders);
  if (!panels.may_be_coded(compute, orders))
    return values();
  panels.order_ = panel_order::coded;
  const std::int64_t segments = (weight.cols + panels.segment_ - 1) / panels.segment_;
  const std::int64_t begins = panels.panel_count() * segments + nodes;
  return values() + static_cast<std::uint64_t>(begins) * sizeof(std::uint32_t);
}

std::uint64_t weight_panels::expected_bytes(std::int64_t rows, std::int64_t cols, element type,
                                            panel_orders orders) {
  weight_panels panels(rows, cols);
  panels.type_ = type;
  panels.order_ = type == element::bfloat16 ? orders.bfloat16 : panel_order::columns;
  return panels.stored_bytes(panels.panel_count() * panels.panel_elements());
}

std::uint64_t weight_panels::bytes() const noexcept {
  std::uint64_t all = 0;
  for (const part& p : parts_)
    all += p.values.bytes() + p.scales.bytes() + p.exceptions.bytes() + p.exception_begins.bytes();
  return all;
}

} // namespace hadal::kernels::simd
