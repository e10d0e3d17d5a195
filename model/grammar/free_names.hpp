#pragma once
// The names of members of an object that no schema lists, while an answer is read: all names of one
// object must differ. Names are stored as written (each free name has one spelling, json_text.hpp);
// equal names have the same number, and so have equal lists of names, so that frames can hold them
// (pushdown_run.hpp). Memory grows with the names of the answer.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace hadal::model {

class free_names {
public:
  using name_id = std::uint32_t; // of a name or a prefix of one
  using list_id = std::uint32_t; // of names in order of arrival

  static constexpr name_id nothing = 0; // the name before its first byte
  static constexpr list_id none = 0;

  name_id longer(name_id name, std::uint8_t byte);
  list_id with(list_id names, name_id name);

  bool has(list_id names, name_id name) const;
  /// Number of `names` with this prefix.
  std::uint32_t count(list_id names, name_id beginning) const;
  /// The continuations of the names with this prefix.
  std::vector<std::string> rests(list_id names, name_id beginning) const;

private:
  struct name {
    name_id before = nothing; // without its last byte
    std::uint8_t byte = 0;
    std::uint32_t length = 0;
  };
  struct list {
    name_id last = nothing;
    list_id before = none;
  };

  bool begins(name_id name, name_id beginning) const;

  std::vector<name> names_{1};
  std::unordered_map<std::uint64_t, name_id> longer_;
  std::vector<list> lists_{1};
  std::unordered_map<std::uint64_t, list_id> with_;
};

} // namespace hadal::model
