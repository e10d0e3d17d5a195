#pragma once
// Cases by keyword, in the manner of the public JSON Schema test suite: a schema, texts that it
// must accept and texts that it must refuse.

#include <string>
#include <vector>

namespace hadal::model::testing {

struct schema_case {
  std::string keyword;
  std::string schema;
  std::vector<std::string> valid;
  std::vector<std::string> invalid;
};

const std::vector<schema_case>& schema_cases();

} // namespace hadal::model::testing
