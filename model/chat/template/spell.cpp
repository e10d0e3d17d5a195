#include "model/chat/template/spell.hpp"

#include "base/json_string.hpp"
#include "model/chat/template/compare.hpp"
#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace hadal::model::templates {

namespace {

class representation {
public:
  representation(run_state& state, std::string& out) : state_(state), out_(out) {}

  void append(const value& v) {
    const std::size_t before = out_.size();
    if (!state_.spend())
      return;
    if (const auto* text = v.text())
      append_repr(out_, text->text());
    else if (const auto* list = v.list())
      append_list(*list);
    else if (const auto* dict = v.dict())
      append_dict(*dict);
    else
      append_scalar(v);
    if (!v.list() && !v.dict())
      state_.spend_text(out_.size() - before);
  }

  void append_scalar(const value& v) {
    if (v.is<none_type>())
      out_ += "None";
    else if (const auto* b = v.as<bool>())
      out_ += *b ? "True" : "False";
    else if (const auto* i = v.as<std::int64_t>())
      out_ += std::to_string(*i);
    else if (const auto* d = v.as<double>())
      out_ += python_float(*d);
    else if (const auto* n = v.as<spelled_number>())
      out_ += n->digits;
    else if (is_undefined(v))
      out_ += "Undefined";
    else
      state_.fail(fmt::format("{} cannot be shown as text", kind_name(v)));
  }

private:
  void append_list(const list_object& list) {
    out_ += list.is_tuple ? '(' : '[';
    for (std::size_t i = 0; i < list.items.size() && !state_.failed(); ++i) {
      out_ += i == 0 ? "" : ", ";
      append(list.items[i]);
    }
    if (list.is_tuple && list.items.size() == 1)
      out_ += ',';
    out_ += list.is_tuple ? ')' : ']';
  }

  void append_dict(const dict_object& dict) {
    out_ += '{';
    for (std::size_t i = 0; i < dict.entries().size() && !state_.failed(); ++i) {
      out_ += i == 0 ? "" : ", ";
      append(dict.entries()[i].key);
      out_ += ": ";
      append(dict.entries()[i].item);
    }
    out_ += '}';
  }

  run_state& state_;
  std::string& out_;
};

class json_writer {
public:
  json_writer(run_state& state, const json_style& style) : state_(state), style_(style) {}

  marked_text take() && { return std::move(out_); }

  void write(const value& v, std::size_t level) {
    if (!state_.spend())
      return;
    if (const auto* text = v.text())
      write_string(*text);
    else if (const auto* list = v.list())
      write_list(*list, level);
    else if (const auto* dict = v.dict())
      write_dict(*dict, level);
    else
      write_scalar(v);
  }

private:
  void plain(std::string_view text) {
    if (state_.allow_text(out_.text().size() + text.size()) && state_.spend_text(text.size()))
      out_.plain(text);
  }

  // Runs of one mark are escaped one by one: a mark never begins inside a character.
  void write_string(const marked_text& text) {
    if (!state_.allow_text(out_.text().size() + text.text().size()) ||
        !state_.spend_text(text.text().size()))
      return;
    out_.plain("\"");
    std::size_t at = 0;
    const auto part = [&](std::size_t end, bool control) {
      std::string escaped;
      append_json_characters(escaped, std::string_view(text.text()).substr(at, end - at),
                             style_.ensure_ascii ? json_escapes::non_ascii
                                                 : json_escapes::required);
      if (control)
        out_.control(escaped);
      else
        out_.plain(escaped);
      at = end;
    };
    for (const auto& range : text.control_ranges()) {
      part(range.begin, false);
      part(range.end, true);
    }
    part(text.text().size(), false);
    out_.plain("\"");
  }

  void write_scalar(const value& v) {
    if (v.is<none_type>())
      plain("null");
    else if (const auto* b = v.as<bool>())
      plain(*b ? "true" : "false");
    else if (const auto* d = v.as<double>(); d && !std::isfinite(*d))
      plain(std::isnan(*d) ? "NaN" : *d < 0 ? "-Infinity" : "Infinity");
    else if (v.is<std::int64_t>() || v.is<double>() || v.is<spelled_number>())
      plain(spelled(state_, v).text());
    else
      state_.fail(fmt::format("tojson cannot write {}", kind_name(v)));
  }

  void write_break(std::size_t level) {
    if (!style_.indent)
      return;
    std::string line = "\n";
    for (std::size_t i = 0; i < level; ++i)
      line += *style_.indent;
    plain(line);
  }

  void write_separator(std::size_t index) {
    if (index > 0)
      plain(style_.item_separator);
  }

  void write_list(const list_object& list, std::size_t level) {
    if (list.items.empty())
      return plain("[]");
    plain("[");
    for (std::size_t i = 0; i < list.items.size() && !state_.failed(); ++i) {
      write_separator(i);
      write_break(level + 1);
      write(list.items[i], level + 1);
    }
    write_break(level);
    plain("]");
  }

  void write_dict(const dict_object& dict, std::size_t level) {
    if (dict.entries().empty())
      return plain("{}");
    std::vector<const dict_object::entry*> entries;
    for (const auto& e : dict.entries())
      entries.push_back(&e);
    if (style_.sort_keys)
      std::stable_sort(entries.begin(), entries.end(), [this](const auto* a, const auto* b) {
        return !state_.failed() && less(state_, a->key, b->key);
      });
    plain("{");
    for (std::size_t i = 0; i < entries.size() && !state_.failed(); ++i) {
      write_separator(i);
      write_break(level + 1);
      write_key(entries[i]->key);
      plain(style_.key_separator);
      write(entries[i]->item, level + 1);
    }
    write_break(level);
    plain("}");
  }

  void write_key(const value& key) {
    if (const auto* text = key.text())
      return write_string(*text);
    plain("\"");
    write_scalar(key);
    plain("\"");
  }

  run_state& state_;
  const json_style& style_;
  marked_text out_;
};

} // namespace

marked_text spelled(run_state& state, const value& v) {
  if (const auto* text = v.text())
    return *text;
  if (is_undefined(v))
    return {};
  std::string out;
  representation(state, out).append(v);
  return plain_text(out);
}

marked_text json_text(run_state& state, const value& v, const json_style& style) {
  json_writer writer(state, style);
  writer.write(v, 0);
  return std::move(writer).take();
}

} // namespace hadal::model::templates
