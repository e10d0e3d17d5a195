#include "base/utf8.hpp"
#include "model/chat/template/arguments.hpp"
#include "model/chat/template/filters.hpp"
#include "model/chat/template/letter_case.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/operators.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template/spell.hpp"
#include "model/chat/template/text_edits.hpp"
#include "model/tokenizer/unicode_categories.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

namespace {

value trim_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound = fit(state, "trim", a, std::array<std::string_view, 1>{"chars"});
  const marked_text text = spelled(state, v);
  const bool given = bound[0] != nullptr && !bound[0]->is<none_type>();
  const std::string_view chars = bound.text(state, 0, {});
  constexpr std::size_t comparisons_per_step = 64;
  if (!state.spend_text(text.text().size()) ||
      !state.spend(text.text().size() * chars.size() / comparisons_per_step))
    return make_none();
  return make_text(given ? stripped_of(text, chars, stripped_side::both)
                         : stripped(text, stripped_side::both));
}

template <marked_text (*change)(const marked_text&)>
value case_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "this filter", a);
  const marked_text text = spelled(state, v);
  return state.spend(text.text().size()) ? make_text(change(text)) : make_none();
}

// Words end at blanks, '-' and opening brackets.
marked_text word_title(const marked_text& text) {
  const std::string_view bytes = text.text();
  const auto separates = [](char32_t c) {
    return is_python_space(c) || c == U'-' || c == U'(' || c == U'{' || c == U'[' || c == U'<';
  };
  marked_text out;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t size = 0;
    const bool gap = separates(decode_front(bytes.substr(at), size));
    const std::size_t first = at + size;
    std::size_t end = first;
    while (end < bytes.size() && separates(decode_front(bytes.substr(end), size)) == gap)
      end += size;
    append_all(out, gap ? slice_of(text, at, first) : upper_case(slice_of(text, at, first)));
    append_all(out, gap ? slice_of(text, first, end) : lower_case(slice_of(text, first, end)));
    at = end;
  }
  return out;
}

value replace_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "replace", a, std::array<std::string_view, 3>{"old", "new", "count"}, 2);
  const std::int64_t most = bound.integer(state, 2, -1);
  if (state.failed())
    return make_none();
  const marked_text from = spelled(state, *bound[0]);
  return make_text(
      replaced(state, spelled(state, v), from.text(), spelled(state, *bound[1]), most));
}

// Lines after the first get `width` blanks in front, the first and empty ones where asked.
value indent_filter(run_state& state, const value& v, const call_arguments& a) {
  const auto bound =
      fit(state, "indent", a, std::array<std::string_view, 3>{"width", "first", "blank"});
  std::int64_t room = 0;
  const auto* width = bound[0] ? integer_of(*bound[0], room) : nullptr;
  constexpr std::int64_t width_max = 1024;
  if (width && *width > width_max)
    state.fail(fmt::format("indent adds up to {} blanks", width_max));
  const marked_text blanks =
      bound[0] && bound[0]->text()
          ? *bound[0]->text()
          : control_text(std::string(
                width ? static_cast<std::size_t>(std::clamp<std::int64_t>(*width, 0, width_max))
                      : 4,
                ' '));
  const bool first = bound.flag(1, false);
  const bool blank = bound.flag(2, false);
  marked_text text = spelled(state, v);
  text.control("\n"); // so that an end of line at the end counts as an empty last line
  std::vector<value> lines = lines_of(state, text, false);
  marked_text out;
  for (std::size_t i = 0; i < lines.size() && state.spend(); ++i) {
    const marked_text& line = *lines[i].text();
    const bool wanted = i == 0 ? first : blank || !line.text().empty();
    if (!state.allow_text(out.text().size() + line.text().size() + blanks.text().size() + 1))
      break;
    if (i > 0)
      out.control("\n");
    if (wanted)
      append_all(out, blanks);
    append_all(out, line);
  }
  state.spend_text(out.text().size());
  return make_text(std::move(out));
}

value escape_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "escape", a);
  marked_text text = spelled(state, v);
  constexpr std::pair<std::string_view, std::string_view> entities[] = {
      {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"'", "&#39;"}, {"\"", "&#34;"}};
  for (const auto& [from, to] : entities)
    text = replaced(state, text, from, plain_text(to), -1);
  return make_text(std::move(text));
}

value format_filter(run_state& state, const value& v, const call_arguments& a) {
  if (!a.named.empty()) {
    state.fail("format with named values is not supported");
    return make_none();
  }
  return format_percent(state, spelled(state, v), a.positional);
}

value wordcount_filter(run_state& state, const value& v, const call_arguments& a) {
  fit_none(state, "wordcount", a);
  const marked_text text = spelled(state, v);
  const std::string_view bytes = text.text();
  std::size_t count = 0;
  bool in_word = false;
  if (!state.spend(bytes.size()))
    return make_none();
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t size = 0;
    const char32_t c = decode_front(bytes.substr(at), size);
    const bool word = is_word(c);
    count += word && !in_word ? 1 : 0;
    in_word = word;
    at += size;
  }
  return make_count(count);
}

constexpr named_filter filters[] = {
    {"trim", trim_filter},
    {"upper", case_filter<upper_case>},
    {"lower", case_filter<lower_case>},
    {"capitalize", case_filter<capitalized>},
    {"title", case_filter<word_title>},
    {"replace", replace_filter},
    {"indent", indent_filter},
    {"escape", escape_filter},
    {"e", escape_filter},
    {"format", format_filter},
    {"wordcount", wordcount_filter},
};

} // namespace

std::span<const named_filter> text_filters() noexcept {
  return filters;
}

} // namespace hadal::model::templates
