#include "model/chat/template/arguments.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

std::string_view bound_arguments::text(run_state& state, std::size_t index,
                                       std::string_view otherwise) const {
  const value* given = values_[index];
  if (given == nullptr || given->is<none_type>())
    return otherwise;
  if (const auto* text = given->text())
    return text->text();
  state.fail(
      fmt::format("expected a string as argument {}, found {}", index + 1, kind_name(*given)));
  return otherwise;
}

std::int64_t bound_arguments::integer(run_state& state, std::size_t index,
                                      std::int64_t otherwise) const {
  const value* given = values_[index];
  if (given == nullptr || given->is<none_type>())
    return otherwise;
  std::int64_t room = 0;
  if (const auto* integer = integer_of(*given, room))
    return *integer;
  state.fail(
      fmt::format("expected an integer as argument {}, found {}", index + 1, kind_name(*given)));
  return otherwise;
}

bool bound_arguments::flag(std::size_t index, bool otherwise) const {
  return values_[index] == nullptr ? otherwise : truth(*values_[index]);
}

bound_arguments fit(run_state& state, std::string_view what, const call_arguments& arguments,
                    std::span<const std::string_view> names, std::size_t required) {
  bound_arguments bound(names.size());
  if (arguments.positional.size() > names.size()) {
    state.fail(fmt::format("{} takes up to {} arguments, found {}", what, names.size(),
                           arguments.positional.size()));
    return bound;
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i)
    bound.values_[i] = &arguments.positional[i];
  for (const auto& [name, item] : arguments.named) {
    const auto place = std::find(names.begin(), names.end(), name);
    if (place == names.end()) {
      state.fail(fmt::format("{} has no parameter '{}'", what, name));
      return bound;
    }
    auto& slot = bound.values_[static_cast<std::size_t>(place - names.begin())];
    if (slot != nullptr)
      state.fail(fmt::format("{} is given '{}' twice", what, name));
    slot = &item;
  }
  for (std::size_t i = 0; i < required; ++i)
    if (bound.values_[i] == nullptr)
      state.fail(fmt::format("{} expects the argument '{}'", what, names[i]));
  return bound;
}

} // namespace hadal::model::templates
