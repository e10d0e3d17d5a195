#include "model/grammar/free_names.hpp"

#include <algorithm>

namespace hadal::model {

free_names::name_id free_names::longer(name_id name, std::uint8_t byte) {
  const auto [entry, added] =
      longer_.emplace(std::uint64_t{name} << 8 | byte, static_cast<name_id>(names_.size()));
  if (added)
    names_.push_back({name, byte, names_[name].length + 1});
  return entry->second;
}

free_names::list_id free_names::with(list_id names, name_id name) {
  const auto [entry, added] =
      with_.emplace(std::uint64_t{names} << 32 | name, static_cast<list_id>(lists_.size()));
  if (added)
    lists_.push_back({name, names});
  return entry->second;
}

bool free_names::has(list_id names, name_id name) const {
  for (auto at = names; at != none; at = lists_[at].before)
    if (lists_[at].last == name)
      return true;
  return false;
}

bool free_names::begins(name_id name, name_id beginning) const {
  while (names_[name].length > names_[beginning].length)
    name = names_[name].before;
  return name == beginning;
}

std::uint32_t free_names::count(list_id names, name_id beginning) const {
  std::uint32_t count = 0;
  for (auto at = names; at != none; at = lists_[at].before)
    count += begins(lists_[at].last, beginning) ? 1 : 0;
  return count;
}

std::vector<std::string> free_names::rests(list_id names, name_id beginning) const {
  std::vector<std::string> all;
  for (auto at = names; at != none; at = lists_[at].before) {
    auto name = lists_[at].last;
    if (!begins(name, beginning))
      continue;
    auto& rest = all.emplace_back();
    for (; name != beginning; name = names_[name].before)
      rest += static_cast<char>(names_[name].byte);
    std::reverse(rest.begin(), rest.end());
  }
  return all;
}

} // namespace hadal::model
