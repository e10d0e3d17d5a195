#pragma once
// Finds the word that was probably meant, for unknown flags, commands and settings.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

/// Number of edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The candidate with the fewest edits from `word`, the first of equals. Empty if all need more
/// than two edits and more than a third of `word`'s letters.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace hadal::server
