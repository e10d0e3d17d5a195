#pragma once
// Filters, tests, methods and functions by name. Each filter file registers its own.

#include "model/chat/template/syntax.hpp"

#include <ctime>
#include <functional>
#include <span>
#include <string_view>

namespace hadal::model::templates {

struct named_filter {
  std::string_view name;
  filter_function function;
};

struct named_test {
  std::string_view name;
  test_function function;
};

/// nullptr for an unknown name.
filter_function find_filter(std::string_view name) noexcept;
test_function find_test(std::string_view name) noexcept;

std::span<const named_filter> text_filters() noexcept;
std::span<const named_filter> list_filters() noexcept;

/// obj.name: a member of a dictionary or namespace, else a method; undefined when there is none.
value attribute_of(run_state& state, const value& object, std::string_view name);

/// True if any kind of value has a method of that name.
bool has_method(std::string_view name);

/// obj[key]; undefined when there is none.
value item_of(run_state& state, const value& object, const value& key);

/// A dotted path, as in the parameter `attribute` of filters ("function.name", "0").
value path_of(run_state& state, const value& object, const value& path);

/// The method of a string, bound to it; undefined when there is none.
value text_method(const value& text, std::string_view name);

/// The local time for strftime_now; templates do not read the clock of the machine.
using wall_clock = std::function<std::tm()>;

/// The functions every template may call, by name; undefined when there is none.
value global_function(std::string_view name, const wall_clock& clock);

} // namespace hadal::model::templates
