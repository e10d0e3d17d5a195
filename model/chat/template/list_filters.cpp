#include "model/chat/template/arguments.hpp"
#include "model/chat/template/compare.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/letter_case.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/operators.hpp"
#include "model/chat/template/spell.hpp"
#include "model/chat/template/text_edits.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

namespace {

value list_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "list", a);
  return make_list(state, items_of(state, v)->items);
}

value first_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "first", a);
  const list_ptr items = items_of(state, v);
  return items->items.empty() ? make_undefined("there is no first item") : items->items.front();
}

value last_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "last", a);
  const list_ptr items = items_of(state, v);
  return items->items.empty() ? make_undefined("there is no last item") : items->items.back();
}

value reverse_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "reverse", a);
  std::vector<value> items = items_of(state, v)->items;
  std::reverse(items.begin(), items.end());
  if (!v.text())
    return make_list(state, std::move(items));
  return make_text(joined(state, items, {}));
}

value join_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "join", a, std::array<std::string_view, 2>{"d", "attribute"});
  std::vector<value> items = items_of(state, v)->items;
  if (bound[1] && !bound[1]->is<none_type>())
    for (value& item : items)
      item = path_of(state, item, *bound[1]);
  const marked_text separator = bound[0] ? spelled(state, *bound[0]) : marked_text{};
  return make_text(joined(state, items, separator));
}

// Lower case of strings, unless case matters: what sort, unique, min and max compare.
value sort_key(run_state& state, const value& item, const value* attribute, bool case_sensitive) {
  value key = attribute && !attribute->is<none_type>() ? path_of(state, item, *attribute) : item;
  if (const auto* text = key.text(); text && !case_sensitive && state.spend(text->text().size()))
    return make_text(lower_case(*text));
  return key;
}

struct keyed {
  value key;
  value item;
};

std::vector<keyed> keyed_items(run_state& state, const value& v, const value* attribute,
                               bool case_sensitive) {
  std::vector<keyed> out;
  const list_ptr all = items_of(state, v);
  for (const value& item : all->items) {
    if (!state.spend())
      break;
    out.push_back({sort_key(state, item, attribute, case_sensitive), item});
  }
  return out;
}

// A merge sort of our own: an inconsistent order, or a failure half way, does no harm.
void sort_items(run_state& state, std::vector<keyed>& items, bool reverse) {
  const auto before = [&](const keyed& a, const keyed& b) {
    return reverse ? less(state, b.key, a.key) : less(state, a.key, b.key);
  };
  std::vector<keyed> merged(items.size());
  for (std::size_t width = 1; width < items.size() && !state.failed(); width *= 2) {
    for (std::size_t begin = 0; begin < items.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, items.size());
      const std::size_t end = std::min(begin + 2 * width, items.size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t at = begin; at < end; ++at) {
        const bool take_right =
            left == middle || (right < end && before(items[right], items[left]));
        merged[at] = std::move(items[take_right ? right++ : left++]);
      }
    }
    std::swap(items, merged);
  }
}

value sort_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "sort", a,
                         std::array<std::string_view, 3>{"reverse", "case_sensitive", "attribute"});
  auto items = keyed_items(state, v, bound[2], bound.flag(1, false));
  sort_items(state, items, bound.flag(0, false));
  std::vector<value> out;
  for (keyed& k : items)
    out.push_back(std::move(k.item));
  return make_list(state, std::move(out));
}

value dictsort_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "dictsort", a, std::array<std::string_view, 3>{"case_sensitive", "by", "reverse"});
  const std::string_view by = bound.text(state, 1, "key");
  if (!v.dict() || (by != "key" && by != "value")) {
    state.fail("dictsort expects a dictionary, and 'key' or 'value' as `by`");
    return make_none();
  }
  std::vector<keyed> items;
  for (const auto& e : v.dict()->entries())
    items.push_back({sort_key(state, by == "key" ? e.key : e.item, nullptr, bound.flag(0, false)),
                     make_list(state, {e.key, e.item}, true)});
  sort_items(state, items, bound.flag(2, false));
  std::vector<value> out;
  for (keyed& k : items)
    out.push_back(std::move(k.item));
  return make_list(state, std::move(out));
}

value unique_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "unique", a, std::array<std::string_view, 2>{"case_sensitive", "attribute"});
  std::vector<value> keys;
  std::vector<value> out;
  for (const keyed& k : keyed_items(state, v, bound[1], bound.flag(0, false))) {
    const auto same = [&](const value& other) { return equal(state, k.key, other); };
    if (state.failed() || std::any_of(keys.begin(), keys.end(), same))
      continue;
    keys.push_back(k.key);
    out.push_back(k.item);
  }
  return make_list(state, std::move(out));
}

template <bool largest>
value extreme_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, largest ? "max" : "min", a,
                         std::array<std::string_view, 2>{"case_sensitive", "attribute"});
  const auto items = keyed_items(state, v, bound[1], bound.flag(0, false));
  if (items.empty())
    return make_undefined("there is no item in an empty list");
  std::size_t best = 0;
  for (std::size_t i = 1; i < items.size() && !state.failed(); ++i)
    if (largest ? less(state, items[best].key, items[i].key)
                : less(state, items[i].key, items[best].key))
      best = i;
  return items[best].item;
}

value sum_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "sum", a, std::array<std::string_view, 2>{"attribute", "start"});
  value total = bound[1] ? *bound[1] : make_integer(0);
  if (total.text())
    state.fail("sum cannot begin with a string");
  const list_ptr all = items_of(state, v);
  for (const value& item : all->items) {
    if (!state.spend())
      break;
    total = apply(state, arithmetic::add, total,
                  bound[0] && !bound[0]->is<none_type>() ? path_of(state, item, *bound[0]) : item);
  }
  return total;
}

value batch_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "batch", a, std::array<std::string_view, 2>{"linecount", "fill_with"}, 1);
  const std::int64_t size = bound.integer(state, 0, 1);
  if (size < 1)
    state.fail("batch expects a size of at least 1");
  if (state.failed())
    return make_none();
  std::vector<value> out;
  std::vector<value> row;
  const list_ptr all = items_of(state, v);
  for (const value& item : all->items) {
    if (row.size() == static_cast<std::size_t>(size))
      out.push_back(make_list(state, std::exchange(row, {})));
    row.push_back(item);
  }
  if (!row.empty()) {
    while (bound[1] && !bound[1]->is<none_type>() && row.size() < static_cast<std::size_t>(size) &&
           state.spend(steps_per_item))
      row.push_back(*bound[1]);
    out.push_back(make_list(state, std::move(row)));
  }
  return make_list(state, std::move(out));
}

// The remaining arguments: select('test', x) and the like pass `x` to the test.
call_arguments without_first(const call_arguments& a, std::size_t count) {
  call_arguments rest;
  rest.positional.assign(a.positional.begin() + static_cast<std::ptrdiff_t>(count),
                         a.positional.end());
  rest.named = a.named;
  return rest;
}

// select, reject, selectattr and rejectattr.
template <bool by_attribute, bool keep>
value choose_filter(run_state& state, const value& v, const call_arguments& a) {
  constexpr std::size_t before_test = by_attribute ? 1 : 0;
  if (a.positional.size() < before_test) {
    state.fail("selectattr and rejectattr expect the name of an attribute");
    return make_none();
  }
  test_function test = nullptr;
  call_arguments rest;
  if (a.positional.size() > before_test) {
    const auto* name = a.positional[before_test].text();
    test = name ? find_test(name->text()) : nullptr;
    if (test == nullptr) {
      state.fail(name ? fmt::format("there is no test '{}'", name->text())
                      : "expected the name of a test");
      return make_none();
    }
    rest = without_first(a, before_test + 1);
  }
  std::vector<value> out;
  const list_ptr all = items_of(state, v);
  for (const value& item : all->items) {
    if (!state.spend())
      break;
    const value subject = by_attribute ? path_of(state, item, a.positional[0]) : item;
    if ((test ? test(state, subject, rest) : truth(subject)) == keep)
      out.push_back(item);
  }
  return make_list(state, std::move(out));
}

// map(attribute=..., default=...) or map('filter', arguments ...).
value map_filter(run_state& state, const value& v, const call_arguments& a) {
  std::vector<value> out = items_of(state, v)->items;
  if (a.positional.empty()) {
    const auto bound =
        fit(state, "map", a, std::array<std::string_view, 2>{"attribute", "default"}, 1);
    for (value& item : out) {
      if (!state.spend())
        return make_none();
      item = path_of(state, item, *bound[0]);
      if (is_undefined(item) && bound[1])
        item = *bound[1];
    }
    return make_list(state, std::move(out));
  }
  const auto* name = a.positional[0].text();
  const filter_function filter = name ? find_filter(name->text()) : nullptr;
  if (filter == nullptr) {
    state.fail(name ? fmt::format("there is no filter '{}'", name->text())
                    : "map expects the name of a filter");
    return make_none();
  }
  const call_arguments rest = without_first(a, 1);
  for (value& item : out) {
    if (!state.enter())
      break;
    item = filter(state, item, rest);
    state.leave();
  }
  return make_list(state, std::move(out));
}

constexpr named_filter filters[] = {
    {"list", list_filter},
    {"first", first_filter},
    {"last", last_filter},
    {"reverse", reverse_filter},
    {"join", join_filter},
    {"sort", sort_filter},
    {"dictsort", dictsort_filter},
    {"unique", unique_filter},
    {"min", extreme_filter<false>},
    {"max", extreme_filter<true>},
    {"sum", sum_filter},
    {"batch", batch_filter},
    {"select", choose_filter<false, true>},
    {"reject", choose_filter<false, false>},
    {"selectattr", choose_filter<true, true>},
    {"rejectattr", choose_filter<true, false>},
    {"map", map_filter},
};

} // namespace

std::span<const named_filter> list_filters() noexcept {
  return filters;
}

} // namespace hadal::model::templates
