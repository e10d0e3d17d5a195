#include "model/config/field_reader.hpp"

#include "model/config/printable.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

namespace hadal::model {

namespace {

/// Follows the parser's events: the last key, and whether an object has a key twice.
struct key_watch {
  std::vector<std::set<std::string>> open_objects;
  std::string last_key;
  std::optional<std::string> duplicate;

  bool on_event(nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using event_t = nlohmann::json::parse_event_t;
    if (event == event_t::object_start)
      open_objects.emplace_back();
    else if (event == event_t::object_end)
      open_objects.pop_back();
    else if (event == event_t::key) {
      last_key = parsed.get<std::string>();
      if (!open_objects.back().insert(last_key).second && !duplicate)
        duplicate = last_key;
    }
    return true;
  }
};

/// Removes the identifier in brackets with which the library's messages begin: it means nothing to
/// a user.
std::string parse_message(const char* what) {
  std::string_view text = what;
  if (const auto end = text.find("] "); end != std::string_view::npos)
    text.remove_prefix(end + 2);
  return printable(text);
}

std::optional<std::int64_t> as_integer(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    const auto u = value.get<std::uint64_t>();
    if (u > static_cast<std::uint64_t>(INT64_MAX))
      return std::nullopt;
    return static_cast<std::int64_t>(u);
  }
  if (value.is_number_integer())
    return value.get<std::int64_t>();
  return std::nullopt;
}

bool within(std::int64_t value, integer_range allowed) {
  return value >= allowed.least && value <= allowed.most;
}

std::string describe(integer_range allowed) {
  if (allowed.most == INT64_MAX)
    return fmt::format("an integer of at least {}", allowed.least);
  return fmt::format("an integer from {} to {}", allowed.least, allowed.most);
}

std::string describe(number_range allowed) {
  return allowed.open_below
             ? fmt::format("a number over {}, at most {}", allowed.least, allowed.most)
             : fmt::format("a number from {} to {}", allowed.least, allowed.most);
}

} // namespace

result<nlohmann::json> parse_json_object(std::string_view text, std::string_view what) {
  key_watch watch;
  nlohmann::json root;
  try {
    root = nlohmann::json::parse(
        text.begin(), text.end(),
        [&watch](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
          return watch.on_event(event, parsed);
        });
  } catch (const std::exception& e) {
    std::string after;
    if (!watch.last_key.empty())
      after = fmt::format(" (after key \"{}\")", printable(watch.last_key));
    return fail(error_code::invalid_config,
                fmt::format("{} is not JSON{}: {}", what, after, parse_message(e.what())),
                watch.last_key);
  }
  if (watch.duplicate)
    return fail(error_code::invalid_config,
                fmt::format("{} has the key \"{}\" twice", what, printable(*watch.duplicate)),
                *watch.duplicate);
  if (!root.is_object())
    return fail(error_code::invalid_config,
                fmt::format("{} is not a JSON object at its root", what));
  return root;
}

field_reader::field_reader(const nlohmann::json& object, std::string prefix)
  : object_(object), prefix_(std::move(prefix)) {}

const nlohmann::json* field_reader::member(std::string_view key) const {
  const auto it = object_.find(std::string(key));
  return it == object_.end() || it->is_null() ? nullptr : &*it;
}

bool field_reader::has(std::string_view key) const {
  return member(key) != nullptr;
}

std::string field_reader::found(std::string_view key) const {
  const auto it = object_.find(std::string(key));
  if (it == object_.end())
    return "missing";
  if (it->is_array())
    return "an array";
  if (it->is_object())
    return "an object";
  return printable(it->dump(-1, ' ', true));
}

void field_reader::refuse(error_code code, std::string_view key, std::string message) {
  if (!fault_)
    fault_ = error{code, std::move(message), prefix_ + std::string(key)};
}

void field_reader::refuse_value(error_code code, std::string_view key, std::string_view allowed) {
  refuse(code, key, fmt::format("\"{}{}\" is {}, allowed: {}", prefix_, key, found(key), allowed));
}

result<void> field_reader::status() const {
  if (fault_)
    return fail(*fault_);
  return {};
}

std::optional<std::int64_t> field_reader::optional_integer(std::string_view key,
                                                           integer_range allowed) {
  const nlohmann::json* value = member(key);
  if (value == nullptr)
    return std::nullopt;
  const auto integer = as_integer(*value);
  if (!integer || !within(*integer, allowed)) {
    refuse_value(error_code::invalid_config, key, describe(allowed));
    return std::nullopt;
  }
  return integer;
}

std::int64_t field_reader::integer_or(std::string_view key, std::int64_t absent,
                                      integer_range allowed) {
  return optional_integer(key, allowed).value_or(absent);
}

std::int64_t field_reader::integer(std::string_view key, integer_range allowed) {
  if (!has(key))
    refuse_value(error_code::invalid_config, key, describe(allowed));
  return optional_integer(key, allowed).value_or(allowed.least);
}

std::optional<double> field_reader::optional_number(std::string_view key, number_range allowed) {
  const nlohmann::json* value = member(key);
  if (value == nullptr)
    return std::nullopt;
  const double number = value->is_number() ? value->get<double>() : std::nan("");
  const bool above = allowed.open_below ? number > allowed.least : number >= allowed.least;
  if (!(above && number <= allowed.most)) {
    refuse_value(error_code::invalid_config, key, describe(allowed));
    return std::nullopt;
  }
  return number;
}

double field_reader::number_or(std::string_view key, double absent, number_range allowed) {
  return optional_number(key, allowed).value_or(absent);
}

double field_reader::number(std::string_view key, number_range allowed) {
  if (!has(key))
    refuse_value(error_code::invalid_config, key, describe(allowed));
  return optional_number(key, allowed).value_or(allowed.least);
}

std::optional<bool> field_reader::optional_boolean(std::string_view key) {
  const nlohmann::json* value = member(key);
  if (value == nullptr)
    return std::nullopt;
  if (!value->is_boolean()) {
    refuse_value(error_code::invalid_config, key, "true or false");
    return std::nullopt;
  }
  return value->get<bool>();
}

bool field_reader::boolean_or(std::string_view key, bool absent) {
  return optional_boolean(key).value_or(absent);
}

std::optional<std::string> field_reader::optional_text(std::string_view key) {
  const nlohmann::json* value = member(key);
  if (value == nullptr)
    return std::nullopt;
  if (!value->is_string()) {
    refuse_value(error_code::invalid_config, key, "a string");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::vector<std::int64_t> field_reader::integers(std::string_view key, integer_range allowed) {
  const nlohmann::json* value = member(key);
  if (value == nullptr)
    return {};
  if (!value->is_array()) {
    const auto one = optional_integer(key, allowed);
    return one ? std::vector<std::int64_t>{*one} : std::vector<std::int64_t>{};
  }
  std::vector<std::int64_t> all;
  for (const nlohmann::json& entry : *value) {
    const auto integer = as_integer(entry);
    if (!integer || !within(*integer, allowed)) {
      const std::string shown =
          entry.is_structured() ? "an array or object" : printable(entry.dump(-1, ' ', true));
      refuse(error_code::invalid_config, key,
             fmt::format("\"{}{}\" holds {}, allowed: {} or an array of such", prefix_, key, shown,
                         describe(allowed)));
      return {};
    }
    all.push_back(*integer);
  }
  return all;
}

} // namespace hadal::model
