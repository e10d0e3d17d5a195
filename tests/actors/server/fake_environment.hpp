#pragma once
// Environment variables of a test's own.

#include "actors/server/flags.hpp"

#include <map>
#include <string>
#include <utility>

namespace hadal::server::testing {

inline environment with_variables(std::map<std::string, std::string> variables = {}) {
  return [variables = std::move(variables)](const std::string& name) -> const char* {
    const auto i = variables.find(name);
    return i == variables.end() ? nullptr : i->second.c_str();
  };
}

} // namespace hadal::server::testing
