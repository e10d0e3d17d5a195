#pragma once
// Bearer keys. The time of a comparison does not depend on the keys: digests are compared as a
// whole, with every key.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

class api_keys {
public:
  /// No keys: every request may pass.
  api_keys() = default;
  explicit api_keys(std::span<const std::string> keys);

  bool empty() const noexcept { return digests_.empty(); }

  /// The index of the key in an Authorization header ("Bearer KEY", the scheme in any case), or
  /// nullopt.
  std::optional<std::size_t> match(std::string_view authorization) const noexcept;

  /// True when no key is needed or the header has one of ours.
  bool accepts(std::string_view authorization) const noexcept;

private:
  using digest = std::array<std::uint8_t, 32>;
  std::vector<digest> digests_;
};

} // namespace hadal::net
