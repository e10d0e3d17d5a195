#include "net/http/api_keys.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace hadal::net {

namespace {

constexpr std::string_view scheme = "bearer ";

std::array<std::uint8_t, 32> digest_of(std::string_view key) noexcept {
  std::array<std::uint8_t, 32> out{};
  static_assert(SHA256_DIGEST_LENGTH == 32);
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), out.data());
  return out;
}

bool starts_with_scheme(std::string_view text) noexcept {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return text.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [&](char ours, char sent) { return same(sent, ours); });
}

} // namespace

api_keys::api_keys(std::span<const std::string> keys) {
  for (const std::string& key : keys)
    digests_.push_back(digest_of(key));
}

std::optional<std::size_t> api_keys::match(std::string_view authorization) const noexcept {
  if (!starts_with_scheme(authorization))
    return std::nullopt;
  authorization.remove_prefix(scheme.size());
  const auto first = authorization.find_first_not_of(' ');
  const digest presented =
      digest_of(first == std::string_view::npos ? "" : authorization.substr(first));
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < digests_.size(); ++i) {
    unsigned difference = 0;
    for (std::size_t j = 0; j < presented.size(); ++j)
      difference |= static_cast<unsigned>(presented[j] ^ digests_[i][j]);
    if (difference == 0)
      found = i;
  }
  return found;
}

bool api_keys::accepts(std::string_view authorization) const noexcept {
  return empty() || match(authorization).has_value();
}

} // namespace hadal::net
