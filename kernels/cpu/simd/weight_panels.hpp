#pragma once
// A weight [rows, cols] as the vector kernels read it: panels of 16 rows, each stored column by
// column (for every k the 16 weights of that column side by side), the last panel filled with
// zeros. Where the kernels prefer another order (panel_orders in kernel_params.hpp) and the weight
// fits it, it is stored in that order; a large bfloat16 weight may be coded in 12 bits
// (coded_bfloat16.hpp). Float8 stays float8, and the scales contain the factor 2^8 that its
// decoding omits. A float8 weight that holds NaN, or whose blocks end at odd columns where the
// kernels want two columns at a time, is stored as float32. Other types are stored in the compute
// dtype, or in their own where that holds every value exactly.
//
// On a machine with several NUMA nodes each node stores a contiguous part of the panels, the same
// part for all weights with the same number of rows. With one node there is one part.

#include "base/result.hpp"
#include "kernels/core/host_memory.hpp"
#include "kernels/cpu/simd/params/kernel_params.hpp"
#include "kernels/cpu/simd/weight_memory.hpp"
#include "kernels/ops/backend.hpp"
#include "kernels/ops/packed_weights.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace hadal::kernels::simd {

class weight_panels {
public:
  weight_panels() = default;

  /// `orders`: the orders that the kernels prefer. Panels are split among the nodes of `memory`.
  /// Errors: out_of_memory.
  static result<weight_panels> pack(const raw_weight& weight, dtype compute, panel_orders orders,
                                    weight_memory& memory);

  /// Packs value(row, column), rounded to `type`, which is not float8, all on one node. The weight
  /// will be multiplied with values of `type`, so bfloat16 is stored in the order that `orders`
  /// gives. Errors: out_of_memory.
  static result<weight_panels> pack(std::int64_t rows, std::int64_t cols, element type,
                                    const std::function<float(std::int64_t, std::int64_t)>& value,
                                    panel_orders orders, weight_memory& memory, int node);

  /// The bytes that the first form of `pack` will take on `nodes` nodes, from shape and types
  /// alone: as for weights without NaN, of so few magnitudes that coding pays, and with none of the
  /// exceptions, of which trained weights have one in about ten thousand.
  static std::uint64_t expected_bytes(const raw_weight& weight, dtype compute, panel_orders orders,
                                      int nodes);
  /// The same for the second form.
  static std::uint64_t expected_bytes(std::int64_t rows, std::int64_t cols, element type,
                                      panel_orders orders);

  /// What is stored.
  std::uint64_t bytes() const noexcept;

  std::int64_t rows() const noexcept { return rows_; }
  std::int64_t cols() const noexcept { return cols_; }
  std::int64_t panel_count() const noexcept { return (rows_ + panel_width - 1) / panel_width; }
  /// Node `node` stores panels [first_panel(node), first_panel(node + 1)), possibly
  /// none.
  std::int64_t first_panel(int node) const noexcept {
    return first_panels_[static_cast<std::size_t>(node)];
  }
  std::int64_t panel_count(int node) const noexcept {
    return first_panel(node + 1) - first_panel(node);
  }
  /// Columns between two scales; divides 128.
  std::int32_t segment() const noexcept { return segment_; }
  /// How rows that are multiplied with this weight are quantised.
  input_form input() const noexcept { return input_; }
  bool quantised_input() const noexcept { return input_ != input_form::plain; }
  /// True if rows that were prepared for `other` serve this weight too.
  bool shares_input(const weight_panels& other) const noexcept {
    return input_ == other.input_ && (!quantised_input() || segment_ == other.segment_);
  }

  /// Sets the inputs of a gemm over `count` panels from `first` on, all of one node, and the number
  /// of columns that it writes.
  void fill(gemm_params& p, std::int64_t first, std::int64_t count) const noexcept;

private:
  /// The panels of one node.
  struct part {
    host_memory values; // [panels of the node][panel_elements] of type_
    host_memory scales; // float32 [panels of the node][segments][panel_width]; empty unless float8
    host_memory exceptions;       // coded_exception; empty unless coded, like the next
    host_memory exception_begins; // uint32 [panels of the node * segments + 1]
  };

  weight_panels(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols) {}
  void split(const weight_memory& memory);
  void keep_on(int node, const weight_memory& memory);
  bool may_be_coded(dtype compute, panel_orders orders) const noexcept;
  void choose_plain(dtype stored, dtype compute, panel_orders orders) noexcept;
  void choose_float8(const raw_weight& weight, dtype compute, panel_orders orders,
                     bool with_nan) noexcept;
  result<void> reserve(weight_memory& memory);
  std::uint64_t scale_bytes() const noexcept;
  std::int64_t panel_elements() const noexcept;
  std::size_t stored_bytes(std::int64_t elements) const noexcept;
  template <class Body>
  void for_parts(const Body& body);
  template <class Element, class Value>
  void lay_out(const Value& value);
  template <class Value>
  void pack_values(const Value& value);
  result<void> pack_plain(const raw_weight& weight, dtype compute, panel_orders orders,
                          weight_memory& memory);
  result<void> pack_float8(const raw_weight& weight, dtype compute, panel_orders orders,
                           weight_memory& memory);
  template <class Bits>
  result<bool> pack_coded(const Bits& bits, weight_memory& memory);
  void pack_bytes(const raw_weight& weight);
  result<void> pack_scales(const raw_weight& weight, weight_memory& memory);

  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
  std::int64_t segments_ = 0; // of float8 and coded weights
  std::int32_t segment_ = segment_length_max;
  element type_ = element::float32;
  panel_order order_ = panel_order::columns;
  element round_ = element::float32; // type that float8 with a plain input is rounded to in use
  input_form input_ = input_form::plain;
  std::array<std::uint8_t, exponent_codes::count> exponents_{}; // coded only
  std::vector<std::int64_t> first_panels_;                      // [nodes + 1]
  std::vector<part> parts_;                                     // [nodes]
};

std::size_t element_bytes(element type) noexcept;

/// The element in which values of type `source`, rounded to `compute`, are stored.
element kept_element(dtype source, dtype compute) noexcept;

/// The element of an unquantised tensor type.
element element_of(dtype type) noexcept;

} // namespace hadal::kernels::simd
