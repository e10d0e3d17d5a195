#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace hadal {

void assertion_failed(const char* expression, const char* file, int line,
                      const char* function) noexcept {
  std::fprintf(stderr, "hadal: assertion failed: %s\n  at %s:%d in %s\n", expression, file, line,
               function);
  std::fflush(stderr);
  std::abort();
}

} // namespace hadal
