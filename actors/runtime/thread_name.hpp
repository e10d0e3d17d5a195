#pragma once
// Names of threads for `top -H` and profilers.

#include <sys/prctl.h>

namespace hadal::runtime {

/// Names the calling thread; Linux keeps 15 characters.
inline void name_this_thread(const char* name) {
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
}

} // namespace hadal::runtime
