#pragma once
// A value or an error. No exception crosses a module's interface: a function that can fail returns
// result<T>, and its declaration lists the codes.

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace hadal {

template <class T>
using result = tl::expected<T, error>;

/// Makes the error side of a result: `return fail(error_code::io_error, "cannot open x", "x");`
inline tl::unexpected<error> fail(error_code code, std::string message, std::string param = {}) {
  return tl::unexpected<error>(error{code, std::move(message), std::move(param)});
}

inline tl::unexpected<error> fail(error e) {
  return tl::unexpected<error>(std::move(e));
}

} // namespace hadal

/// Returns the error of a result<> expression from the calling function, else continues.
#define HADAL_TRY(expression)                                                                      \
  do {                                                                                             \
    if (auto hadal_try_ = (expression); !hadal_try_)                                               \
      return ::hadal::fail(std::move(hadal_try_.error()));                                         \
  } while (false)

/// Declares `name` with the value of a result<> expression, or returns its error.
#define HADAL_TRY_ASSIGN(name, expression)                                                         \
  auto name##_result_ = (expression);                                                              \
  if (!name##_result_)                                                                             \
    return ::hadal::fail(std::move(name##_result_.error()));                                       \
  auto& name = *name##_result_
