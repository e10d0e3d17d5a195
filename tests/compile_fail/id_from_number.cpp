// A number is no page until somebody says that it is.
#include "base/ids.hpp"

#include <vector>

#ifdef MUST_NOT_COMPILE
hadal::page_id page_at(const std::vector<std::uint32_t>& numbers) {
  return numbers.front();
}
#else
hadal::page_id page_at(const std::vector<std::uint32_t>& numbers) {
  return hadal::page_id{numbers.front()};
}
#endif
