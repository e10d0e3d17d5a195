#pragma once
// Programmer errors: HADAL_ASSERT is on in every build and ends the process with file, line and
// reason. Errors of a client, a file or the machine are results instead (base/result.hpp).

namespace hadal {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line,
                                   const char* function) noexcept;

} // namespace hadal

#define HADAL_ASSERT(expression)                                                                   \
  (static_cast<bool>(expression)                                                                   \
       ? static_cast<void>(0)                                                                      \
       : ::hadal::assertion_failed(#expression, __FILE__, __LINE__, __func__))
