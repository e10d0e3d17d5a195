#include "model/config/printable.hpp"

namespace hadal::model {

std::string printable(std::string_view text) {
  constexpr std::size_t length_max = 200;
  std::string shown(text.substr(0, length_max));
  if (text.size() > length_max)
    shown += "...";
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
      c = '?';
  return shown;
}

} // namespace hadal::model
