#include "model/chat/template/value.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "model/chat/template/marked_slices.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model::templates {

namespace {

std::size_t depth_of(const value& v) noexcept {
  if (const auto* list = v.list())
    return list->depth;
  if (const auto* dict = v.dict())
    return dict->depth();
  return 0;
}

bool check_depth(run_state& state, std::size_t depth) {
  if (depth > limits::template_container_depth_max)
    state.fail(fmt::format("nests lists deeper than {}", limits::template_container_depth_max));
  return !state.failed();
}

// Keys that are no strings: numbers compare by value across their kinds.
bool same_key(const value& a, const value& b) noexcept {
  double x = 0;
  double y = 0;
  if (number_of(a, x) && number_of(b, y))
    return x == y;
  return a.is<none_type>() && b.is<none_type>();
}

list_ptr characters_of(run_state& state, const marked_text& text) {
  auto made = std::make_shared<list_object>();
  if (!state.spend(text.text().size()))
    return made;
  const std::string_view bytes = text.text();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t next = at + utf8_front(bytes.substr(at)).bytes;
    made->items.push_back(make_text(slice_of(text, at, next)));
    at = next;
  }
  return made;
}

} // namespace

const marked_text* value::text() const noexcept {
  const auto* p = as<text_ptr>();
  return p ? p->get() : nullptr;
}

const list_object* value::list() const noexcept {
  const auto* p = as<list_ptr>();
  return p ? p->get() : nullptr;
}

const dict_object* value::dict() const noexcept {
  const auto* p = as<dict_ptr>();
  return p ? p->get() : nullptr;
}

const value* dict_object::find(std::string_view key) const {
  const auto found = texts_.find(key);
  return found == texts_.end() ? nullptr : &entries_[found->second].item;
}

const value* dict_object::find(const value& key) const {
  if (const auto* text = key.text())
    return find(text->text());
  for (const entry& e : entries_)
    if (same_key(e.key, key))
      return &e.item;
  return nullptr;
}

value* dict_object::place_of(const value& key) {
  return const_cast<value*>(std::as_const(*this).find(key));
}

void dict_object::put(value key, value item) {
  depth_ = std::max(depth_, depth_of(item) + 1);
  if (value* place = place_of(key)) {
    *place = std::move(item);
    return;
  }
  if (const auto* text = key.text())
    texts_.emplace(text->text(), entries_.size());
  entries_.push_back({std::move(key), std::move(item)});
}

const value* namespace_object::find(std::string_view name) const noexcept {
  for (const auto& [key, item] : attributes)
    if (key == name)
      return &item;
  return nullptr;
}

void namespace_object::set(std::string_view name, value item) {
  for (auto& [key, old] : attributes)
    if (key == name) {
      old = std::move(item);
      return;
    }
  attributes.emplace_back(name, std::move(item));
}

value make_control(std::string_view text) {
  return make_text(control_text(text));
}

value make_plain(std::string_view text) {
  return make_text(plain_text(text));
}

value make_callable(std::string name,
                    std::function<value(run_state&, const call_arguments&)> call) {
  return {
      std::make_shared<const callable_object>(callable_object{std::move(name), std::move(call)})};
}

value make_list(run_state& state, std::vector<value> items, bool is_tuple) {
  auto made = std::make_shared<list_object>();
  made->is_tuple = is_tuple;
  for (const value& item : items)
    made->depth = std::max(made->depth, depth_of(item) + 1);
  if (!state.spend(items.size() * steps_per_item) || !check_depth(state, made->depth))
    return make_none();
  made->items = std::move(items);
  return {list_ptr(std::move(made))};
}

value make_dict(run_state& state, dict_object made) {
  if (!state.spend(made.entries().size() * steps_per_item) || !check_depth(state, made.depth()))
    return make_none();
  return {dict_ptr(std::make_shared<const dict_object>(std::move(made)))};
}

bool truth(const value& v) noexcept {
  struct asks {
    bool operator()(const undefined&) const { return false; }
    bool operator()(const none_type&) const { return false; }
    bool operator()(bool b) const { return b; }
    bool operator()(std::int64_t i) const { return i != 0; }
    bool operator()(double d) const { return d != 0; }
    bool operator()(const spelled_number&) const { return true; }
    bool operator()(const text_ptr& t) const { return !t->text().empty(); }
    bool operator()(const list_ptr& l) const { return !l->items.empty(); }
    bool operator()(const dict_ptr& d) const { return !d->entries().empty(); }
    bool operator()(const namespace_ptr&) const { return true; }
    bool operator()(const loop_ptr& l) const { return !l->items->items.empty(); }
    bool operator()(const callable_ptr&) const { return true; }
  };
  return std::visit(asks{}, v.data);
}

std::string_view kind_name(const value& v) noexcept {
  struct names {
    std::string_view operator()(const undefined&) const { return "undefined"; }
    std::string_view operator()(const none_type&) const { return "none"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "an integer"; }
    std::string_view operator()(double) const { return "a real number"; }
    std::string_view operator()(const spelled_number&) const { return "an integer beyond 64 bits"; }
    std::string_view operator()(const text_ptr&) const { return "a string"; }
    std::string_view operator()(const list_ptr& l) const {
      return l->is_tuple ? "a tuple" : "a list";
    }
    std::string_view operator()(const dict_ptr&) const { return "a dictionary"; }
    std::string_view operator()(const namespace_ptr&) const { return "a namespace"; }
    std::string_view operator()(const loop_ptr&) const { return "the loop"; }
    std::string_view operator()(const callable_ptr&) const { return "a function"; }
  };
  return std::visit(names{}, v.data);
}

const std::int64_t* integer_of(const value& v, std::int64_t& room) noexcept {
  if (const auto* i = v.as<std::int64_t>())
    return i;
  if (const auto* b = v.as<bool>()) {
    room = *b ? 1 : 0;
    return &room;
  }
  return nullptr;
}

bool number_of(const value& v, double& out) noexcept {
  std::int64_t room = 0;
  if (const auto* i = integer_of(v, room))
    out = static_cast<double>(*i);
  else if (const auto* d = v.as<double>())
    out = *d;
  else
    return false;
  return true;
}

list_ptr items_of(run_state& state, const value& v) {
  static const list_ptr none = std::make_shared<const list_object>();
  if (const auto* list = v.as<list_ptr>())
    return *list;
  if (const auto* text = v.text())
    return characters_of(state, *text);
  if (const auto* dict = v.dict()) {
    auto made = std::make_shared<list_object>();
    if (state.spend(dict->entries().size()))
      for (const auto& e : dict->entries())
        made->items.push_back(e.key);
    return made;
  }
  if (!is_undefined(v))
    state.fail(fmt::format("cannot go through {}: expected a list, a dictionary or a string",
                           kind_name(v)));
  return none;
}

} // namespace hadal::model::templates
