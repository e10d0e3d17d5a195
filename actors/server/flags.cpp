#include "actors/server/flags.hpp"

#include "actors/server/nearest.hpp"
#include "actors/server/service_variables.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace hadal::server {

namespace {

constexpr std::string_view prefix = "HADAL_";

/// A flag as it was written on the command line.
struct given_flag {
  const flag* what = nullptr;
  std::string_view name; // as written: the alias, if that
  std::string_view value;
};

const flag* find_flag(const flag_table& table, std::string_view name) {
  for (const auto& f : table)
    if (f.name == name || std::find(f.aliases.begin(), f.aliases.end(), name) != f.aliases.end())
      return &f;
  return nullptr;
}

tl::unexpected<error> usage_error(std::string message, std::string_view culprit) {
  return fail(error_code::invalid_config, std::move(message), std::string{culprit});
}

tl::unexpected<error> unknown_flag(const flag_table& table, std::string_view name) {
  std::vector<std::string> names{"--help"};
  for (const auto& f : table) {
    names.push_back(f.name);
    names.insert(names.end(), f.aliases.begin(), f.aliases.end());
  }
  const auto near = nearest(name, names);
  return usage_error(near.empty()
                         ? fmt::format("there is no flag {}; --help lists those there are", name)
                         : fmt::format("there is no flag {}; did you mean {}?", name, near),
                     name);
}

/// A value that is the name of a flag was forgotten; `--flag=--other` passes one on purpose.
bool names_flag(const flag_table& table, std::string_view word) {
  return word.substr(0, 2) == "--" && find_flag(table, word.substr(0, word.find('='))) != nullptr;
}

/// Splits the arguments into flags and positionals, without parsing values.
result<std::vector<given_flag>> split(const flag_table& table,
                                      const std::vector<std::string>& arguments,
                                      std::vector<std::string>& positionals) {
  std::vector<given_flag> given;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--") {
      positionals.insert(positionals.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         arguments.end());
      break;
    }
    if (word.size() < 2 || word.front() != '-') {
      positionals.emplace_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto* f = find_flag(table, name);
    if (f == nullptr)
      return unknown_flag(table, name);
    if (equals != std::string_view::npos) {
      given.push_back({f, name, word.substr(equals + 1)});
    } else if (f->is_switch()) {
      given.push_back({f, name, "true"});
    } else {
      if (i + 1 == arguments.size() || names_flag(table, arguments[i + 1]))
        return usage_error(fmt::format("{} needs a value: {} {}", name, name, f->value), name);
      given.push_back({f, name, arguments[++i]});
    }
  }
  return given;
}

/// Reads one value; `culprit` is the flag or the variable that the message names.
result<void> read_value(const flag& f, std::string_view culprit, std::string_view value) {
  auto done = f.set(value);
  if (!done)
    return usage_error(fmt::format("{}: '{}' {}", culprit, value, done.error().message), culprit);
  return {};
}

result<void> read_list(const flag& f, std::string_view culprit, std::string_view list) {
  while (true) {
    const auto comma = list.find(',');
    HADAL_TRY(read_value(f, culprit, list.substr(0, comma)));
    if (comma == std::string_view::npos)
      return {};
    list.remove_prefix(comma + 1);
  }
}

result<void> read_variable(const flag& f, const environment& variables) {
  auto names = f.aliases;
  names.insert(names.begin(), f.name);
  for (const auto& name : names) {
    const auto variable = variable_of(name);
    const char* text = variables(variable);
    if (text != nullptr && *text != '\0' && !is_service_address(text))
      return f.repeatable ? read_list(f, variable, text) : read_value(f, variable, text);
  }
  return {};
}

} // namespace

std::string variable_of(std::string_view flag_name) {
  std::string variable{prefix};
  flag_name.remove_prefix(std::min(flag_name.find_first_not_of('-'), flag_name.size()));
  for (const char c : flag_name)
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

result<void> apply(const flag_table& table, const std::vector<std::string>& arguments,
                   const environment& variables, std::vector<std::string>* positionals) {
  std::vector<std::string> others;
  HADAL_TRY_ASSIGN(given, split(table, arguments, others));
  if (positionals != nullptr)
    *positionals = std::move(others);
  else if (!others.empty())
    return usage_error(
        fmt::format("'{}' is not a flag, and nothing else is expected here", others.front()),
        others.front());

  std::set<const flag*> on_command_line;
  for (const auto& g : given) {
    on_command_line.insert(g.what);
    HADAL_TRY(read_value(*g.what, g.name, g.value));
  }
  for (const auto& f : table)
    if (on_command_line.count(&f) == 0)
      HADAL_TRY(read_variable(f, variables));
  return {};
}

std::vector<std::string> misspelt_variables(const std::vector<std::string>& set,
                                            const flag_table& known) {
  std::vector<std::string> twins;
  for (const auto& f : known) {
    twins.push_back(variable_of(f.name).substr(prefix.size()));
    for (const auto& alias : f.aliases)
      twins.push_back(variable_of(alias).substr(prefix.size()));
  }
  std::vector<std::string> lines;
  for (const auto& name : set) {
    const auto word = name.substr(std::min(prefix.size(), name.size()));
    if (std::find(twins.begin(), twins.end(), word) != twins.end())
      continue;
    if (const auto near = nearest(word, twins); !near.empty())
      lines.push_back(
          fmt::format("the variable {} has no effect; did you mean {}{}?", name, prefix, near));
  }
  return lines;
}

std::vector<std::string> set_variables() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.substr(0, prefix.size()) == prefix)
      names.emplace_back(text.substr(0, text.find('=')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace hadal::server
