#pragma once
// Binds the arguments of a call to named parameters.

#include "model/chat/template/value.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model::templates {

/// The parameters of one call, in the order of the names that were given to fit().
class bound_arguments {
public:
  explicit bound_arguments(std::size_t count) : values_(count, nullptr) {}

  /// nullptr if the call leaves it out.
  const value* operator[](std::size_t index) const { return values_[index]; }

  /// The string argument, or `otherwise`; fails for another kind. None counts as left out.
  std::string_view text(run_state& state, std::size_t index, std::string_view otherwise) const;
  std::int64_t integer(run_state& state, std::size_t index, std::int64_t otherwise) const;
  bool flag(std::size_t index, bool otherwise) const;

private:
  friend bound_arguments fit(run_state&, std::string_view, const call_arguments&,
                             std::span<const std::string_view>, std::size_t);

  std::vector<const value*> values_;
};

/// `what` names the function for messages. Fails when a parameter below `required` is missing, one
/// is given twice, or there are others. The call's arguments must outlive the answer.
bound_arguments fit(run_state& state, std::string_view what, const call_arguments& arguments,
                    std::span<const std::string_view> names, std::size_t required);

template <std::size_t count>
bound_arguments fit(run_state& state, std::string_view what, const call_arguments& arguments,
                    const std::array<std::string_view, count>& names, std::size_t required = 0) {
  return fit(state, what, arguments, std::span<const std::string_view>(names), required);
}

/// Fails when there is any argument.
inline void fit_none(run_state& state, std::string_view what, const call_arguments& arguments) {
  fit(state, what, arguments, std::span<const std::string_view>{}, 0);
}

} // namespace hadal::model::templates
