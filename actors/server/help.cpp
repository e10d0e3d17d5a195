#include "actors/server/help.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace hadal::server {

namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t text_column = 30;

std::vector<std::string> groups_of(const flag_table& table) {
  std::vector<std::string> groups;
  for (const auto& f : table)
    if (std::find(groups.begin(), groups.end(), f.group) == groups.end())
      groups.push_back(f.group);
  return groups;
}

/// Splits at spaces into lines of at most `width` columns (a longer word is not split).
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    auto cut = text.rfind(' ', width);
    if (cut == std::string_view::npos)
      cut = std::min(text.find(' '), text.size());
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
  lines.emplace_back(text);
  return lines;
}

std::string flag_text(const flag& f) {
  auto head = "  " + f.name;
  for (const auto& alias : f.aliases)
    head += ", " + alias;
  if (!f.is_switch())
    head += " " + f.value;
  std::string out;
  if (head.size() + 1 > text_column) {
    out = head + "\n";
    head.clear();
  }
  for (const auto& line : wrap(f.help, columns - text_column)) {
    out += fmt::format("{:<{}}{}\n", head, text_column, line);
    head.clear();
  }
  return out;
}

std::string group_text(const flag_table& table, const std::string& group) {
  auto out = group + "\n";
  for (const auto& f : table)
    if (f.group == group)
      out += flag_text(f);
  return out;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

} // namespace

std::string help_text(std::string_view opening, const flag_table& table) {
  std::string out{opening};
  for (const auto& group : groups_of(table))
    out += "\n" + group_text(table, group);
  return out;
}

result<std::string> group_help_text(const flag_table& table, std::string_view group) {
  std::string known;
  for (const auto& name : groups_of(table)) {
    if (same_word(name, group))
      return group_text(table, name);
    known += known.empty() ? name : ", " + name;
  }
  return fail(error_code::invalid_config,
              fmt::format("the help has no group '{}'; it has: {}", group, known), "--help");
}

} // namespace hadal::server
