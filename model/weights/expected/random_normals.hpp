#pragma once
// Normal deviates by index: the i-th of a stream is a function of (stream, i), so that any thread
// can generate any part of a tensor. Values are quantiles of the standard normal distribution at
// the middles of 65,536 equal shares (none beyond 4.33): enough for weights, and one table lookup
// each.

#include <cstdint>
#include <span>
#include <string_view>

namespace hadal::model {

/// The stream of a tensor.
std::uint64_t normal_stream(std::uint64_t seed, std::string_view tensor_name) noexcept;

/// Deviates [begin, begin + to.size()) of a stream.
void fill_normals(std::uint64_t stream, std::uint64_t begin, std::span<float> to) noexcept;

} // namespace hadal::model
