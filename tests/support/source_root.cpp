#include "tests/support/source_root.hpp"

namespace hadal::test {

const char* source_root() noexcept {
  return HADAL_SOURCE_ROOT;
}

} // namespace hadal::test
