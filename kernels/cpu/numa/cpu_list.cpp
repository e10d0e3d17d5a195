#include "kernels/cpu/numa/cpu_list.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace hadal::kernels {

namespace {

/// Removes a number from the front of `text` and returns it; -1 if there is none.
int take_number(std::string_view& text) noexcept {
  int number = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || number < 0 || number >= cpu_number_end)
    return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

} // namespace

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text = text.substr(0, text.find_last_not_of(blanks) + 1);
  std::vector<int> numbers;
  while (!text.empty()) {
    const int first = take_number(text);
    int last = first;
    if (!text.empty() && text.front() == '-') {
      text.remove_prefix(1);
      last = take_number(text);
    }
    if (first < 0 || last < first)
      return std::nullopt;
    for (int number = first; number <= last; ++number)
      numbers.push_back(number);
    if (text.empty())
      break;
    if (text.front() != ',' || text.size() == 1)
      return std::nullopt;
    text.remove_prefix(1);
  }
  return numbers;
}

} // namespace hadal::kernels
