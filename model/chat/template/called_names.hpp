#pragma once
// Finds calls of unknown names when a template is compiled: every chat that reaches such a call
// would fail.

#include "model/chat/template/syntax.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hadal::model::templates {

struct missing_name {
  std::size_t line;
  std::string what; // "there is no function 'cycler'"
};

/// The first call of a function that is neither built in nor defined by the template (`set`,
/// `macro`, parameters, loops), of a method that no value has, and the first unknown filter or test
/// that is named by a string ("map", "select" and the like). Names that the template checks with
/// `is defined` or `is callable` are not reported.
std::optional<missing_name> find_missing_name(const program& source);

} // namespace hadal::model::templates
