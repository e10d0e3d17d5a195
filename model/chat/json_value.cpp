#include "model/chat/json_value.hpp"

#include "base/json_string.hpp"
#include "base/limits.hpp"
#include "model/chat/template/python_text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <unordered_map>

namespace hadal::model {

namespace {

using kind_type = json_value::kind_type;

// Builds the tree; nlohmann's parser calls it and stops if it returns false.
class tree_builder final : public nlohmann::json_sax<nlohmann::json> {
public:
  explicit tree_builder(number_spelling spelling) : spelling_(spelling) {}

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    return add({kind_type::boolean, value ? "true" : "false", {}, {}});
  }
  bool number_integer(number_integer_t value) override {
    return add({kind_type::number, std::to_string(value), {}, {}});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add({kind_type::number, std::to_string(value), {}, {}});
  }
  bool number_float(number_float_t value, const string_t& spelled) override {
    // Integers beyond 64 bits arrive here too; Python keeps them whole.
    const bool kept =
        spelling_ == number_spelling::as_written || spelled.find_first_of(".eE") == string_t::npos;
    return add({kind_type::number, kept ? spelled : templates::python_float(value), {}, {}});
  }
  bool string(string_t& value) override { return add({kind_type::string, value, {}, {}}); }
  bool binary(binary_t&) override { return false; } // not in JSON text
  bool start_object(std::size_t) override { return open(kind_type::object); }
  bool start_array(std::size_t) override { return open(kind_type::array); }
  bool key(string_t& name) override {
    open_.back().keys.push_back(name);
    return true;
  }
  bool end_object() override {
    drop_equal_keys(open_.back());
    return close();
  }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& e) override {
    problem_ = e.id == 406 ? "a number is out of range"
                           : fmt::format("not JSON at byte {}", position == 0 ? 0 : position - 1);
    return false;
  }

  const std::string& problem() const noexcept { return problem_; }
  json_value take() { return std::move(root_); }

private:
  bool add(json_value value) {
    if (open_.empty())
      root_ = std::move(value);
    else
      open_.back().values.push_back(std::move(value));
    return true;
  }

  bool open(kind_type kind) {
    if (open_.size() >= limits::json_depth_max) {
      problem_ = fmt::format("nested deeper than {}", limits::json_depth_max);
      return false;
    }
    open_.push_back({kind, {}, {}, {}});
    return true;
  }

  bool close() {
    json_value done = std::move(open_.back());
    open_.pop_back();
    return add(std::move(done));
  }

  static void drop_equal_keys(json_value& object) {
    std::unordered_map<std::string_view, std::size_t> places;
    std::vector<bool> repeated(object.keys.size(), false);
    bool any = false;
    for (std::size_t i = 0; i < object.keys.size(); ++i) {
      const auto [place, is_new] = places.emplace(object.keys[i], i);
      if (is_new)
        continue;
      object.values[place->second] = std::move(object.values[i]);
      repeated[i] = any = true;
    }
    if (!any)
      return;
    json_value kept{object.kind, {}, {}, {}};
    for (std::size_t i = 0; i < object.keys.size(); ++i) {
      if (repeated[i])
        continue;
      kept.keys.push_back(object.keys[i]); // not moved: `places` still refers to it
      kept.values.push_back(std::move(object.values[i]));
    }
    object = std::move(kept);
  }

  number_spelling spelling_;
  json_value root_;
  std::vector<json_value> open_; // unfinished objects and arrays, outermost first
  std::string problem_;
};

void append(std::string& out, const json_value& value) {
  switch (value.kind) {
  case kind_type::null: out += "null"; return;
  case kind_type::boolean:
  case kind_type::number: out += value.text; return;
  case kind_type::string: append_json_string(out, value.text, json_escapes::required); return;
  case kind_type::array:
  case kind_type::object: break;
  }
  const bool object = value.kind == kind_type::object;
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < value.values.size(); ++i) {
    if (i > 0)
      out += ", ";
    if (object) {
      append_json_string(out, value.keys[i], json_escapes::required);
      out += ": ";
    }
    append(out, value.values[i]);
  }
  out += object ? '}' : ']';
}

} // namespace

const json_value* json_value::find(std::string_view key) const noexcept {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == key)
      return &values[i];
  return nullptr;
}

result<json_value> parse_json_value(std::string_view text, number_spelling spelling) {
  tree_builder builder(spelling);
  if (!nlohmann::json::sax_parse(text, &builder))
    return fail(error_code::invalid_json, builder.problem());
  return builder.take();
}

std::string dump(const json_value& value) {
  std::string out;
  append(out, value);
  return out;
}

} // namespace hadal::model
