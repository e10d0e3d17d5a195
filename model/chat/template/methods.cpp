#include "base/utf8.hpp"
#include "model/chat/template/arguments.hpp"
#include "model/chat/template/compare.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"

#include <fmt/core.h>

#include <charconv>

namespace hadal::model::templates {

namespace {

value entries_of(run_state& state, const dict_object& dict, bool keys, bool items) {
  std::vector<value> out;
  for (const auto& e : dict.entries()) {
    if (!state.spend())
      break;
    out.push_back(keys && items ? make_list(state, {e.key, e.item}, true) : keys ? e.key : e.item);
  }
  return make_list(state, std::move(out));
}

value dict_method(const dict_ptr& dict, std::string_view name) {
  if (name == "items" || name == "keys" || name == "values")
    return make_callable(std::string(name), [dict, name = std::string(name)](
                                                run_state& state, const call_arguments& a) {
      fit_none(state, name, a);
      return entries_of(state, *dict, name != "values", name != "keys");
    });
  if (name == "get")
    return make_callable("get", [dict](run_state& state, const call_arguments& a) {
      const auto bound = fit(state, "get", a, std::array<std::string_view, 2>{"key", "default"}, 1);
      if (state.failed())
        return make_none();
      const value* found = dict->find(*bound[0]);
      return found ? *found : bound[1] ? *bound[1] : make_none();
    });
  if (name == "copy")
    return make_callable("copy", [dict](run_state&, const call_arguments&) { return value{dict}; });
  for (const std::string_view changing : {"clear", "pop", "popitem", "setdefault", "update"})
    if (name == changing)
      return make_callable(std::string(name), [](run_state& state, const call_arguments&) {
        state.fail("a dictionary cannot be changed");
        return make_none();
      });
  return make_undefined(fmt::format("a dictionary has no attribute '{}'", name));
}

value list_method(const list_ptr& list, std::string_view name) {
  if (name == "index" || name == "count")
    return make_callable(std::string(name), [list, index = name == "index"](
                                                run_state& state, const call_arguments& a) {
      const auto bound = fit(state, "index", a, std::array<std::string_view, 1>{"value"}, 1);
      std::size_t count = 0;
      for (std::size_t i = 0; i < list->items.size() && !state.failed(); ++i) {
        if (!equal(state, list->items[i], *bound[0]))
          continue;
        if (index)
          return make_count(i);
        ++count;
      }
      if (index)
        state.fail("the list does not have the value that index() looks for");
      return make_count(count);
    });
  if (name == "copy" && !list->is_tuple)
    return make_callable("copy", [list](run_state&, const call_arguments&) { return value{list}; });
  if (!list->is_tuple)
    for (const std::string_view changing :
         {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
      if (name == changing)
        return make_callable(std::string(name), [](run_state& state, const call_arguments&) {
          state.fail("a list cannot be changed");
          return make_none();
        });
  return make_undefined(fmt::format("a list has no attribute '{}'", name));
}

value cycled(run_state& state, const call_arguments& a, std::size_t index) {
  if (a.positional.empty()) {
    state.fail("loop.cycle() expects values to go through");
    return make_none();
  }
  return a.positional[index % a.positional.size()];
}

value loop_attribute(const loop_ptr& loop, std::string_view name) {
  const std::size_t count = loop->items->items.size();
  const std::size_t index = loop->index;
  if (name == "index")
    return make_count(index + 1);
  if (name == "index0")
    return make_count(index);
  if (name == "revindex")
    return make_count(count - index);
  if (name == "revindex0")
    return make_count(count - index - 1);
  if (name == "first")
    return make_bool(index == 0);
  if (name == "last")
    return make_bool(index + 1 == count);
  if (name == "length")
    return make_count(count);
  // Recursive loops, which are not supported, would have a greater depth.
  if (name == "depth")
    return make_count(1);
  if (name == "depth0")
    return make_count(0);
  if (name == "previtem")
    return index > 0 ? loop->items->items[index - 1] : make_undefined("there is no previous item");
  if (name == "nextitem")
    return index + 1 < count ? loop->items->items[index + 1]
                             : make_undefined("there is no next item");
  if (name == "cycle")
    return make_callable("cycle", [loop](run_state& state, const call_arguments& a) {
      return cycled(state, a, loop->index);
    });
  return make_undefined(fmt::format("the loop has no attribute '{}'", name));
}

// The character at `index`, from the end when negative.
value character_at(run_state& state, const marked_text& text, std::int64_t index) {
  const std::string_view bytes = text.text();
  if (!state.spend_text(bytes.size()))
    return make_none();
  const auto count = static_cast<std::int64_t>(count_code_points(bytes));
  if (index < 0)
    index += count;
  if (index < 0 || index >= count)
    return make_undefined("the string has no character at that index");
  std::size_t at = 0;
  for (std::int64_t i = 0; i < index; ++i)
    at += utf8_front(bytes.substr(at)).bytes;
  return make_text(slice_of(text, at, at + utf8_front(bytes.substr(at)).bytes));
}

value element_at(const list_object& list, std::int64_t index) {
  const auto count = static_cast<std::int64_t>(list.items.size());
  if (index < 0)
    index += count;
  if (index < 0 || index >= count)
    return make_undefined("the list has no item at that index");
  return list.items[static_cast<std::size_t>(index)];
}

bool fails_undefined(run_state& state, const value& object) {
  if (const auto* missing = object.as<undefined>())
    state.fail(missing->what);
  return state.failed();
}

value method_of(const value& object, std::string_view name) {
  if (object.text())
    return text_method(object, name);
  if (const auto* list = object.as<list_ptr>())
    return list_method(*list, name);
  if (const auto* dict = object.as<dict_ptr>())
    return dict_method(*dict, name);
  if (const auto* loop = object.as<loop_ptr>())
    return loop_attribute(*loop, name);
  if (const auto* space = object.as<namespace_ptr>())
    if (const value* found = (*space)->find(name))
      return *found;
  return make_undefined(fmt::format("{} has no attribute '{}'", kind_name(object), name));
}

} // namespace

value attribute_of(run_state& state, const value& object, std::string_view name) {
  if (fails_undefined(state, object))
    return make_none();
  value found = method_of(object, name);
  if (const auto* dict = object.dict(); dict && is_undefined(found))
    if (const value* member = dict->find(name))
      return *member;
  return found;
}

bool has_method(std::string_view name) {
  const auto list = std::make_shared<const list_object>();
  return name == "cycle" || !is_undefined(text_method(make_text({}), name)) ||
         !is_undefined(list_method(list, name)) ||
         !is_undefined(dict_method(std::make_shared<const dict_object>(), name));
}

value item_of(run_state& state, const value& object, const value& key) {
  if (fails_undefined(state, object) || !state.spend())
    return make_none();
  std::int64_t room = 0;
  const std::int64_t* index = integer_of(key, room);
  if (const auto* list = object.list(); list && index)
    return element_at(*list, *index);
  if (const auto* text = object.text(); text && index)
    return character_at(state, *text, *index);
  if (const auto* dict = object.dict())
    if (const value* found = dict->find(key))
      return *found;
  if (const auto* name = key.text())
    return method_of(object, name->text());
  return make_undefined(fmt::format("{} has no item for {}", kind_name(object), kind_name(key)));
}

value path_of(run_state& state, const value& object, const value& path) {
  const auto* text = path.text();
  if (text == nullptr)
    return item_of(state, object, path);
  value at = object;
  std::string_view rest = text->text();
  for (bool more = true; more && !state.failed();) {
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    std::int64_t index = 0;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool number = !part.empty() && read.ec == std::errc{} && part.front() != '-' &&
                        read.ptr == part.data() + part.size();
    at = item_of(state, at, number ? make_integer(index) : make_plain(part));
    more = dot != std::string_view::npos;
    if (more)
      rest.remove_prefix(dot + 1);
  }
  return at;
}

} // namespace hadal::model::templates
