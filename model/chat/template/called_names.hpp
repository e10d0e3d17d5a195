#pragma once
// What a template calls that is not there, found when it is compiled: a chat that comes to such a
// call would fail, each time.

#include "model/chat/template/syntax.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hadal::model::templates {

struct missing_name {
  std::size_t line;
  std::string what; // "there is no function 'cycler'"
};

/// The first call of a function that no template has and this one does not make (`set`, `macro`,
/// parameters, loops), of a method that no value has, and the first filter or test that is named by
/// a string ("map", "select" and the like) and unknown. What the template itself asks for with
/// `is defined` or `is callable` is its own affair.
std::optional<missing_name> find_missing_name(const program& source);

} // namespace hadal::model::templates
