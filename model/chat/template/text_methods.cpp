#include "base/utf8.hpp"
#include "model/chat/template/arguments.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/format_fields.hpp"
#include "model/chat/template/letter_case.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template/spell.hpp"
#include "model/chat/template/text_edits.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

namespace {

using method = value (*)(run_state&, const marked_text&, const call_arguments&);

template <stripped_side side>
value strip_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, "strip", a, std::array<std::string_view, 1>{"chars"});
  const bool given = bound[0] != nullptr && !bound[0]->is<none_type>();
  const std::string_view chars = bound.text(state, 0, {});
  constexpr std::size_t comparisons_per_step = 64;
  if (!state.spend_text(text.text().size()) ||
      !state.spend(text.text().size() * chars.size() / comparisons_per_step))
    return make_none();
  return make_text(given ? stripped_of(text, chars, side) : stripped(text, side));
}

template <bool from_right>
value split_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, "split", a, std::array<std::string_view, 2>{"sep", "maxsplit"});
  const bool given = bound[0] != nullptr && !bound[0]->is<none_type>();
  const std::string_view separator = bound.text(state, 0, {});
  const std::int64_t most = bound.integer(state, 1, -1);
  if (given && separator.empty())
    state.fail("split() expects a separator that is not empty");
  if (state.failed() || !state.spend_text(text.text().size()))
    return make_none();
  return make_list(state, given ? split_at(state, text, separator, most, from_right)
                                : split_at_space(state, text, most, from_right));
}

value splitlines_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, "splitlines", a, std::array<std::string_view, 1>{"keepends"});
  return make_list(state, lines_of(state, text, bound.flag(0, false)));
}

// A prefix or suffix, or a tuple of them.
template <bool at_end>
value begins_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, at_end ? "endswith" : "startswith", a,
                         std::array<std::string_view, 1>{"prefix"}, 1);
  if (state.failed())
    return make_none();
  const std::string_view bytes = text.text();
  const auto fits = [&](const value& v) {
    const auto* wanted = v.text();
    if (wanted == nullptr) {
      state.fail(fmt::format("expected a string to look for, found {}", kind_name(v)));
      return false;
    }
    return at_end ? bytes.ends_with(wanted->text()) : bytes.starts_with(wanted->text());
  };
  if (const auto* list = bound[0]->list(); list && list->is_tuple)
    return make_bool(std::any_of(list->items.begin(), list->items.end(), fits));
  return make_bool(fits(*bound[0]));
}

value replace_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound =
      fit(state, "replace", a, std::array<std::string_view, 3>{"old", "new", "count"}, 2);
  const std::int64_t most = bound.integer(state, 2, -1);
  if (state.failed())
    return make_none();
  const auto* from = bound[0]->text();
  const auto* to = bound[1]->text();
  if (from == nullptr || to == nullptr) {
    state.fail("replace() expects two strings");
    return make_none();
  }
  return make_text(replaced(state, text, from->text(), *to, most));
}

// find, rfind, index, rindex: character positions; count: number of occurrences.
enum class search : std::uint8_t { find, find_last, index, index_last, count };

template <search kind>
value search_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, "find", a, std::array<std::string_view, 1>{"sub"}, 1);
  const std::string_view wanted = bound.text(state, 0, {});
  const std::string_view bytes = text.text();
  if (state.failed() || !state.spend_text(bytes.size()))
    return make_none();
  if (kind == search::count) {
    if (wanted.empty())
      return make_count(count_code_points(bytes) + 1);
    std::int64_t count = 0;
    for (std::size_t at = find_text(bytes, wanted); at != std::string_view::npos;
         at = find_text(bytes, wanted, at + wanted.size()))
      ++count;
    return make_integer(count);
  }
  const bool last = kind == search::find_last || kind == search::index_last;
  const std::size_t at = last ? bytes.rfind(wanted) : find_text(bytes, wanted);
  if (at != std::string_view::npos)
    return make_count(count_code_points(bytes.substr(0, at)));
  if (kind == search::index || kind == search::index_last)
    state.fail("the string does not have the text that index() looks for");
  return make_integer(-1);
}

template <marked_text (*change)(const marked_text&)>
value case_method(run_state& state, const marked_text& text, const call_arguments& a) {
  fit_none(state, "this method", a);
  if (!state.spend(text.text().size()))
    return make_none();
  return make_text(change(text));
}

// True when there are characters and all of them fit.
template <bool (*fits)(char32_t)>
value kind_method(run_state& state, const marked_text& text, const call_arguments& a) {
  fit_none(state, "this method", a);
  const std::string_view bytes = text.text();
  if (!state.spend(bytes.size()))
    return make_none();
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t size = 0;
    if (!fits(decode_front(bytes.substr(at), size)))
      return make_bool(false);
    at += size;
  }
  return make_bool(!bytes.empty());
}

bool is_letter(char32_t c) {
  static const category_mask letters = *category_mask_of("L");
  return (category_of(c) & letters) != 0;
}
bool is_decimal(char32_t c) {
  static const category_mask digits = *category_mask_of("Nd");
  return (category_of(c) & digits) != 0;
}
bool is_letter_or_number(char32_t c) {
  return is_letter(c) || is_numeric(c);
}
bool is_space(char32_t c) {
  return is_python_space(c);
}

template <bool (*asks)(std::string_view)>
value case_test_method(run_state& state, const marked_text& text, const call_arguments& a) {
  fit_none(state, "this method", a);
  return make_bool(state.spend(text.text().size()) && asks(text.text()));
}

template <bool at_end>
value remove_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, at_end ? "removesuffix" : "removeprefix", a,
                         std::array<std::string_view, 1>{"text"}, 1);
  const std::string_view cut = bound.text(state, 0, {});
  const std::string_view bytes = text.text();
  if (at_end ? !bytes.ends_with(cut) : !bytes.starts_with(cut))
    return make_text(text);
  return make_text(at_end ? slice_of(text, 0, bytes.size() - cut.size())
                          : slice_of(text, cut.size(), bytes.size()));
}

template <bool from_right>
value partition_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, "partition", a, std::array<std::string_view, 1>{"sep"}, 1);
  const std::string_view separator = bound.text(state, 0, {});
  if (separator.empty())
    state.fail("partition() expects a separator that is not empty");
  const std::string_view bytes = text.text();
  if (state.failed() || !state.spend_text(bytes.size()))
    return make_none();
  const std::size_t at = from_right ? bytes.rfind(separator) : find_text(bytes, separator);
  if (at == std::string_view::npos)
    return make_list(state,
                     from_right ? std::vector<value>{make_text({}), make_text({}), make_text(text)}
                                : std::vector<value>{make_text(text), make_text({}), make_text({})},
                     true);
  const std::size_t after = at + separator.size();
  return make_list(state,
                   {make_text(slice_of(text, 0, at)), make_text(slice_of(text, at, after)),
                    make_text(slice_of(text, after, bytes.size()))},
                   true);
}

value join_method(run_state& state, const marked_text& text, const call_arguments& a) {
  const auto bound = fit(state, "join", a, std::array<std::string_view, 1>{"items"}, 1);
  if (state.failed())
    return make_none();
  const list_ptr items = items_of(state, *bound[0]);
  for (const value& item : items->items)
    if (!item.text())
      state.fail(fmt::format("join() expects strings, found {}", kind_name(item)));
  return make_text(joined(state, items->items, text));
}

value format_method(run_state& state, const marked_text& text, const call_arguments& a) {
  return make_text(formatted(state, text, a));
}

constexpr std::pair<std::string_view, method> methods[] = {
    {"format", format_method},
    {"strip", strip_method<stripped_side::both>},
    {"lstrip", strip_method<stripped_side::left>},
    {"rstrip", strip_method<stripped_side::right>},
    {"split", split_method<false>},
    {"rsplit", split_method<true>},
    {"splitlines", splitlines_method},
    {"startswith", begins_method<false>},
    {"endswith", begins_method<true>},
    {"replace", replace_method},
    {"find", search_method<search::find>},
    {"rfind", search_method<search::find_last>},
    {"index", search_method<search::index>},
    {"rindex", search_method<search::index_last>},
    {"count", search_method<search::count>},
    {"upper", case_method<upper_case>},
    {"lower", case_method<lower_case>},
    {"title", case_method<title_case>},
    {"capitalize", case_method<capitalized>},
    {"isupper", case_test_method<is_upper_case>},
    {"islower", case_test_method<is_lower_case>},
    {"isalpha", kind_method<is_letter>},
    {"isdigit", kind_method<is_decimal>},
    {"isdecimal", kind_method<is_decimal>},
    {"isnumeric", kind_method<is_numeric>},
    {"isalnum", kind_method<is_letter_or_number>},
    {"isspace", kind_method<is_space>},
    {"removeprefix", remove_method<false>},
    {"removesuffix", remove_method<true>},
    {"partition", partition_method<false>},
    {"rpartition", partition_method<true>},
    {"join", join_method},
};

} // namespace

value text_method(const value& text, std::string_view name) {
  for (const auto& [known, function] : methods)
    if (known == name)
      return make_callable(std::string(name),
                           [kept = *text.as<text_ptr>(), function = function](
                               run_state& state, const call_arguments& arguments) {
                             return function(state, *kept, arguments);
                           });
  return make_undefined(fmt::format("a string has no attribute '{}'", name));
}

} // namespace hadal::model::templates
