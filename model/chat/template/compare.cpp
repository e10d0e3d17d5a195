#include "model/chat/template/compare.hpp"

#include "model/chat/template/text_edits.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

namespace {

bool equal_lists(run_state& state, const list_object& a, const list_object& b) {
  if (a.is_tuple != b.is_tuple || a.items.size() != b.items.size())
    return false;
  for (std::size_t i = 0; i < a.items.size() && !state.failed(); ++i)
    if (!equal(state, a.items[i], b.items[i]))
      return false;
  return true;
}

bool equal_dicts(run_state& state, const dict_object& a, const dict_object& b) {
  if (a.entries().size() != b.entries().size())
    return false;
  for (const auto& e : a.entries()) {
    const value* other = b.find(e.key);
    if (state.failed() || other == nullptr || !equal(state, e.item, *other))
      return false;
  }
  return true;
}

// Integers are compared as integers, so that large ones stay distinct.
bool equal_numbers(const value& a, const value& b, bool& out) {
  std::int64_t room_a = 0;
  std::int64_t room_b = 0;
  const auto* i = integer_of(a, room_a);
  const auto* j = integer_of(b, room_b);
  double x = 0;
  double y = 0;
  if (i && j)
    out = *i == *j;
  else if (number_of(a, x) && number_of(b, y))
    out = x == y;
  else
    return false;
  return true;
}

bool less_lists(run_state& state, const list_object& a, const list_object& b) {
  const std::size_t shared = std::min(a.items.size(), b.items.size());
  for (std::size_t i = 0; i < shared && !state.failed(); ++i)
    if (!equal(state, a.items[i], b.items[i]))
      return less(state, a.items[i], b.items[i]);
  return a.items.size() < b.items.size();
}

} // namespace

bool equal(run_state& state, const value& a, const value& b) {
  if (!state.spend())
    return false;
  bool same = false;
  if (equal_numbers(a, b, same))
    return same;
  if (a.data.index() != b.data.index())
    return false;
  if (const auto* text = a.text())
    return state.spend_text(text->text().size()) && text->text() == b.text()->text();
  if (const auto* list = a.list())
    return equal_lists(state, *list, *b.list());
  if (const auto* dict = a.dict())
    return equal_dicts(state, *dict, *b.dict());
  if (const auto* number = a.as<spelled_number>())
    return number->digits == b.as<spelled_number>()->digits;
  if (const auto* space = a.as<namespace_ptr>())
    return *space == *b.as<namespace_ptr>();
  if (const auto* loop = a.as<loop_ptr>())
    return *loop == *b.as<loop_ptr>();
  if (const auto* callable = a.as<callable_ptr>())
    return *callable == *b.as<callable_ptr>();
  return true; // both undefined, or both none
}

bool less(run_state& state, const value& a, const value& b) {
  if (!state.spend())
    return false;
  std::int64_t room_a = 0;
  std::int64_t room_b = 0;
  const auto* i = integer_of(a, room_a);
  const auto* j = integer_of(b, room_b);
  double x = 0;
  double y = 0;
  if (i && j)
    return *i < *j;
  if (number_of(a, x) && number_of(b, y))
    return x < y;
  if (a.text() && b.text())
    return state.spend_text(a.text()->text().size()) && a.text()->text() < b.text()->text();
  if (a.list() && b.list() && a.list()->is_tuple == b.list()->is_tuple)
    return less_lists(state, *a.list(), *b.list());
  state.fail(fmt::format("{} and {} have no order", kind_name(a), kind_name(b)));
  return false;
}

bool contains(run_state& state, const value& container, const value& item) {
  if (const auto* text = container.text()) {
    if (!item.text()) {
      state.fail(
          fmt::format("'in' on a string expects a string on its left, found {}", kind_name(item)));
      return false;
    }
    return state.spend_text(text->text().size()) &&
           find_text(text->text(), item.text()->text()) != std::string_view::npos;
  }
  if (const auto* dict = container.dict()) {
    if (item.list() || item.dict()) {
      state.fail(fmt::format("{} cannot be a key", kind_name(item)));
      return false;
    }
    return state.spend() && dict->find(item) != nullptr;
  }
  if (const auto* list = container.list()) {
    for (const value& one : list->items)
      if (equal(state, one, item) || state.failed())
        return !state.failed();
    return false;
  }
  if (!is_undefined(container))
    state.fail(fmt::format("'in' expects a list, a dictionary or a string on its right, found {}",
                           kind_name(container)));
  return false;
}

} // namespace hadal::model::templates
