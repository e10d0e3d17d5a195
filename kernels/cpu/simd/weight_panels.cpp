#include "kernels/cpu/simd/weight_panels.hpp"

#include "base/assert.hpp"
#include "kernels/core/float_formats.hpp"
#include "kernels/cpu/simd/coded_bfloat16.hpp"
#include "kernels/cpu/simd/panel_layout.hpp"

#include <algorithm>
#include <cstring>

namespace hadal::kernels::simd {

namespace {

/// With more exceptions than one in so many weights, they cost about what the codes save.
constexpr std::int64_t weights_per_exception_min = 256;

const std::uint8_t* row_of(const raw_weight& float8, std::int64_t n) noexcept {
  return static_cast<const std::uint8_t*>(float8.data) + n * float8.row_stride;
}

bool holds_nan(const raw_weight& float8) noexcept {
  for (std::int64_t n = 0; n < float8.rows; ++n)
    if (std::any_of(row_of(float8, n), row_of(float8, n) + float8.cols,
                    [](std::uint8_t b) { return (b & 0x7F) == 0x7F; }))
      return true;
  return false;
}

/// out[place of (n, k)] = value(n, k) for a weight [rows, cols] in panels of `panel_elements`.
template <panel_order Order, class Element, class Value>
void scatter(Element* out, std::int64_t panel_elements, std::int64_t rows, std::int64_t cols,
             const Value& value) {
  for (std::int64_t n = 0; n < rows; ++n) {
    Element* const panel = out + n / panel_width * panel_elements;
    const std::int64_t lane = n % panel_width;
    for (std::int64_t k = 0; k < cols; ++k)
      panel[place<Order, sizeof(Element) == 1>(lane, k)] = value(n, k);
  }
}

} // namespace

void weight_panels::split(const weight_memory& memory) {
  for (int node = 0; node <= memory.node_count(); ++node)
    first_panels_.push_back(memory.split(panel_count(), node));
}

void weight_panels::keep_on(int node, const weight_memory& memory) {
  first_panels_.assign(static_cast<std::size_t>(memory.node_count()) + 1, 0);
  std::fill(first_panels_.begin() + node + 1, first_panels_.end(), panel_count());
}

/// Reserves memory on each node for its panels, of the type and order that were chosen.
result<void> weight_panels::reserve(weight_memory& memory) {
  HADAL_ASSERT(rows_ > 0 && cols_ > 0);
  for (int node = 0; node < memory.node_count(); ++node) {
    const std::size_t bytes = stored_bytes(panel_count(node) * panel_elements());
    HADAL_TRY_ASSIGN(values, memory.reserve(node, bytes, "weights"));
    parts_.push_back({std::move(values), {}, {}, {}});
  }
  return {};
}

/// Calls body(part, first row, last row + 1) for each.
template <class Body>
void weight_panels::for_parts(const Body& body) {
  for (std::size_t node = 0; node < parts_.size(); ++node)
    body(parts_[node], std::min(rows_, first_panels_[node] * panel_width),
         std::min(rows_, first_panels_[node + 1] * panel_width));
}

template <class Element, class Value>
void weight_panels::lay_out(const Value& value) {
  for_parts([&](part& of_node, std::int64_t first, std::int64_t end) {
    auto* const out = of_node.values.as<Element>();
    const auto from_first = [&](std::int64_t n, std::int64_t k) { return value(first + n, k); };
    switch (order_) {
    case panel_order::columns:
      return scatter<panel_order::columns>(out, panel_elements(), end - first, cols_, from_first);
    case panel_order::pairs:
      return scatter<panel_order::pairs>(out, panel_elements(), end - first, cols_, from_first);
    case panel_order::twos:
      return scatter<panel_order::twos>(out, panel_elements(), end - first, cols_, from_first);
    case panel_order::coded: HADAL_ASSERT(false);
    }
  });
}

template <class Value>
void weight_panels::pack_values(const Value& value) {
  switch (type_) {
  case element::float32: return lay_out<float>(value);
  case element::bfloat16:
    return lay_out<std::uint16_t>(
        [&](std::int64_t n, std::int64_t k) { return float_to_bfloat16(value(n, k)); });
  case element::float16:
    return lay_out<std::uint16_t>(
        [&](std::int64_t n, std::int64_t k) { return float_to_float16(value(n, k)); });
  case element::float8: HADAL_ASSERT(false);
  }
}

/// Packs bits(row, column) of bfloat16 in 12 bits each. False, with nothing packed, if that would
/// not save anything.
template <class Bits>
result<bool> weight_panels::pack_coded(const Bits& bits, weight_memory& memory) {
  std::array<std::int64_t, 256> counts{};
  for (std::int64_t n = 0; n < rows_; ++n)
    for (std::int64_t k = 0; k < cols_; ++k)
      ++counts[exponent_of(bits(n, k))];
  const exponent_coder coder(counts);
  if (coder.exceptions() > rows_ * cols_ / weights_per_exception_min)
    return false;
  exponents_ = coder.exponents();
  type_ = element::bfloat16;
  order_ = panel_order::coded;
  segments_ = (cols_ + segment_ - 1) / segment_;
  HADAL_TRY(reserve(memory));
  std::vector<exception_list> exceptions(parts_.size());
  for_parts([&](part& of_node, std::int64_t first, std::int64_t end) {
    exception_list& found = exceptions[static_cast<std::size_t>(&of_node - parts_.data())];
    for (std::int64_t n = first; n < end; ++n) {
      const std::int64_t panel = (n - first) / panel_width;
      const std::int64_t lane = n % panel_width;
      auto* const to = of_node.values.as<unsigned char>() + panel * coded_panel_bytes(cols_);
      for (std::int64_t k = 0; k < cols_; ++k) {
        const std::uint16_t value = bits(n, k);
        put_coded(to, lane, k, value, coder.code(value));
        if (coder.is_exception(value))
          found.add(panel * segments_ + k / segment_, lane, k % segment_, value);
      }
    }
  });
  for (int node = 0; node < memory.node_count(); ++node) {
    exception_list& found = exceptions[static_cast<std::size_t>(node)];
    part& of_node = parts_[static_cast<std::size_t>(node)];
    const std::int64_t segments = panel_count(node) * segments_;
    HADAL_TRY_ASSIGN(listed,
                     memory.reserve(node, found.count() * sizeof(coded_exception), "weights"));
    HADAL_TRY_ASSIGN(
        begins, memory.reserve(node, static_cast<std::size_t>(segments + 1) * sizeof(std::uint32_t),
                               "weights"));
    found.write(segments, listed.template as<coded_exception>(),
                begins.template as<std::uint32_t>());
    of_node.exceptions = std::move(listed);
    of_node.exception_begins = std::move(begins);
  }
  return true;
}

void weight_panels::pack_bytes(const raw_weight& weight) {
  lay_out<std::uint8_t>([&](std::int64_t n, std::int64_t k) { return row_of(weight, n)[k]; });
}

result<void> weight_panels::pack_scales(const raw_weight& weight, weight_memory& memory) {
  for (int node = 0; node < memory.node_count(); ++node) {
    const auto count = static_cast<std::size_t>(panel_count(node) * segments_ * panel_width);
    HADAL_TRY_ASSIGN(scales, memory.reserve(node, count * sizeof(float), "weight scales"));
    parts_[static_cast<std::size_t>(node)].scales = std::move(scales);
  }
  const float factor = type_ == element::float8 ? 256.0f : 1.0f;
  for_parts([&](part& of_node, std::int64_t first, std::int64_t end) {
    for (std::int64_t n = first; n < end; ++n)
      for (std::int64_t s = 0; s < segments_; ++s) {
        const std::int64_t panel = (n - first) / panel_width;
        const std::int64_t at = (panel * segments_ + s) * panel_width + n % panel_width;
        of_node.scales.as<float>()[at] = scale_of(weight, n, s * segment_) * factor;
      }
  });
  return {};
}

result<void> weight_panels::pack_plain(const raw_weight& weight, dtype compute, panel_orders orders,
                                       weight_memory& memory) {
  const auto value = [&](std::int64_t n, std::int64_t k) { return stored_value(weight, n, k); };
  if (may_be_coded(compute, orders)) {
    const auto* const stored = static_cast<const unsigned char*>(weight.data);
    const auto stored_bits = [&](std::int64_t n, std::int64_t k) {
      std::uint16_t bits = 0; // may be at an odd address in a checkpoint
      std::memcpy(&bits, stored + (n * weight.row_stride + k) * 2, sizeof bits);
      return bits;
    };
    HADAL_TRY_ASSIGN(
        coded, weight.type == dtype::bfloat16
                   ? pack_coded(stored_bits, memory)
                   : pack_coded([&](std::int64_t n,
                                    std::int64_t k) { return float_to_bfloat16(value(n, k)); },
                                memory));
    if (coded)
      return {};
  }
  choose_plain(weight.type, compute, orders);
  HADAL_TRY(reserve(memory));
  pack_values(value);
  return {};
}

result<void> weight_panels::pack_float8(const raw_weight& weight, dtype compute,
                                        panel_orders orders, weight_memory& memory) {
  HADAL_ASSERT(weight.scales.data != nullptr && weight.scales.block_rows > 0);
  choose_float8(weight, compute, orders, holds_nan(weight));
  HADAL_TRY(reserve(memory));
  if (type_ == element::float32)
    pack_values([&](std::int64_t n, std::int64_t k) { return stored_value(weight, n, k); });
  else
    pack_bytes(weight);
  return pack_scales(weight, memory);
}

result<weight_panels> weight_panels::pack(const raw_weight& weight, dtype compute,
                                          panel_orders orders, weight_memory& memory) {
  HADAL_ASSERT(weight.row_stride >= weight.cols);
  weight_panels panels(weight.rows, weight.cols);
  panels.split(memory);
  if (weight.type == dtype::float8_e4m3) {
    HADAL_TRY(panels.pack_float8(weight, compute, orders, memory));
  } else {
    HADAL_ASSERT(weight.input == input_form::plain && weight.scales.data == nullptr);
    HADAL_TRY(panels.pack_plain(weight, compute, orders, memory));
  }
  return panels;
}

result<weight_panels>
weight_panels::pack(std::int64_t rows, std::int64_t cols, element type,
                    const std::function<float(std::int64_t, std::int64_t)>& value,
                    panel_orders orders, weight_memory& memory, int node) {
  weight_panels panels(rows, cols);
  panels.keep_on(node, memory);
  panels.type_ = type;
  panels.order_ = type == element::bfloat16 ? orders.bfloat16 : panel_order::columns;
  HADAL_TRY(panels.reserve(memory));
  panels.pack_values(value);
  return panels;
}

void weight_panels::fill(gemm_params& p, std::int64_t first, std::int64_t count) const noexcept {
  HADAL_ASSERT(first >= 0 && first < panel_count() && count >= 1 && count <= gemm_panels_max);
  std::size_t node = 0;
  while (first >= first_panels_[node + 1])
    ++node;
  HADAL_ASSERT(first + count <= first_panels_[node + 1]);
  const part& from = parts_[node];
  const std::int64_t within = first - first_panels_[node];
  p.k = cols_;
  p.panel_stride = panel_elements();
  p.order = order_;
  p.panels = from.values.as<unsigned char>() + stored_bytes(within * p.panel_stride);
  if (order_ == panel_order::coded) {
    std::copy(exponents_.begin(), exponents_.end(), p.codes.exponents);
    p.codes.exceptions = from.exceptions.as<coded_exception>();
    p.codes.exception_begins = from.exception_begins.as<std::uint32_t>() + within * segments_;
  }
  p.weight = type_;
  p.segment = segment_;
  p.weight_round = round_;
  p.w_scales = from.scales.data() == nullptr
                   ? nullptr
                   : from.scales.as<float>() + within * segments_ * panel_width;
  p.panel_count = static_cast<std::int32_t>(count);
  p.cols = std::min(count * panel_width, rows_ - first * panel_width);
}

} // namespace hadal::kernels::simd
