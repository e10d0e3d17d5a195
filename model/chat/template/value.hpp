#pragma once
// The values of a template, with Python's semantics as far as templates use them. Strings are
// marked text: text of the template is control, text of a request or computed text is plain. Lists
// and dictionaries are immutable; only namespaces change.

#include "model/chat/template/run_state.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace hadal::model::templates {

struct value;
class dict_object;
struct list_object;
struct namespace_object;
struct loop_object;
struct callable_object;

/// A missing value, described for a message: "'tools' is undefined". It prints as nothing.
struct undefined {
  std::string what;
};
struct none_type {};

/// An integer beyond 64 bits, as spelled in JSON. It can be printed but not used in arithmetic.
struct spelled_number {
  std::string digits;
};

using text_ptr = std::shared_ptr<const marked_text>;
using list_ptr = std::shared_ptr<const list_object>;
using dict_ptr = std::shared_ptr<const dict_object>;
using namespace_ptr = std::shared_ptr<namespace_object>;
using loop_ptr = std::shared_ptr<loop_object>;
using callable_ptr = std::shared_ptr<const callable_object>;

struct value {
  std::variant<undefined, none_type, bool, std::int64_t, double, spelled_number, text_ptr, list_ptr,
               dict_ptr, namespace_ptr, loop_ptr, callable_ptr>
      data;

  template <class T>
  const T* as() const noexcept {
    return std::get_if<T>(&data);
  }
  template <class T>
  bool is() const noexcept {
    return std::holds_alternative<T>(data);
  }

  /// nullptr unless the value is of that kind.
  const marked_text* text() const noexcept;
  const list_object* list() const noexcept;
  const dict_object* dict() const noexcept;
};

struct list_object {
  std::vector<value> items;
  bool is_tuple = false;
  std::size_t depth = 1; // containers inside one another, this one included
};

/// Keys are strings, numbers, booleans and none, in order of insertion.
class dict_object {
public:
  struct entry {
    value key;
    value item;
  };

  /// nullptr when there is no such key.
  const value* find(std::string_view key) const;
  const value* find(const value& key) const;

  /// Of equal keys the last value counts, at the place of the first.
  void put(value key, value item);

  const std::vector<entry>& entries() const noexcept { return entries_; }
  std::size_t depth() const noexcept { return depth_; }

private:
  value* place_of(const value& key);

  std::vector<entry> entries_;
  std::unordered_map<std::string_view, std::size_t> texts_; // of keys that are strings
  std::size_t depth_ = 1;
};

struct namespace_object {
  std::vector<std::pair<std::string, value>> attributes;

  const value* find(std::string_view name) const noexcept;
  void set(std::string_view name, value item);
};

/// The `loop` variable of a for statement.
struct loop_object {
  list_ptr items;
  std::size_t index = 0; // from 0
};

struct call_arguments {
  std::vector<value> positional;
  std::vector<std::pair<std::string, value>> named;
};

struct callable_object {
  std::string name;
  std::function<value(run_state&, const call_arguments&)> call;
};

// -- making values --------------------------------------------------------------------------------

inline value make_undefined(std::string what) {
  return {undefined{std::move(what)}};
}
inline value make_none() {
  return {none_type{}};
}
inline value make_bool(bool v) {
  return {v};
}
inline value make_integer(std::int64_t v) {
  return {v};
}
inline value make_count(std::size_t v) {
  return {static_cast<std::int64_t>(v)};
}
inline value make_real(double v) {
  return {v};
}
inline value make_text(marked_text v) {
  return {std::make_shared<const marked_text>(std::move(v))};
}
value make_control(std::string_view text);
value make_plain(std::string_view text);
value make_callable(std::string name, std::function<value(run_state&, const call_arguments&)> call);

/// Steps counted per item of a list, which takes more memory than the 16 bytes of one step.
inline constexpr std::size_t steps_per_item = 4;

/// Both count their items and fail if containers nest too deeply.
value make_list(run_state& state, std::vector<value> items, bool is_tuple = false);
value make_dict(run_state& state, dict_object made);

// -- asking ---------------------------------------------------------------------------------------

inline bool is_undefined(const value& v) noexcept {
  return v.is<undefined>();
}

/// Python's bool().
bool truth(const value& v) noexcept;

/// "a string", "none", "a list" for messages.
std::string_view kind_name(const value& v) noexcept;

/// The integer behind an integer or a boolean.
const std::int64_t* integer_of(const value& v, std::int64_t& room) noexcept;

/// True for integers, booleans and reals; `out` receives the number.
bool number_of(const value& v, double& out) noexcept;

/// The items of a for statement: those of a list, the keys of a dictionary, the characters of a
/// string, none of an undefined value. Fails for everything else.
list_ptr items_of(run_state& state, const value& v);

} // namespace hadal::model::templates
