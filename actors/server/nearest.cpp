#include "actors/server/nearest.hpp"

#include <algorithm>
#include <array>

namespace hadal::server {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  // rows[i % 3][j]: distance of the first i letters of `from` to the first j of `to`. A swap looks
  // two rows back.
  std::array<std::vector<std::size_t>, 3> rows;
  for (auto& row : rows)
    row.assign(to.size() + 1, 0);
  for (std::size_t j = 0; j <= to.size(); ++j)
    rows[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const auto replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return rows[from.size() % 3][to.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  auto best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = &candidate;
    }
  }
  return best == nullptr ? std::string{} : *best;
}

} // namespace hadal::server
