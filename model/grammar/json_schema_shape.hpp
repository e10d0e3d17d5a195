#pragma once
// A JSON schema normalised: its assertions about a value, as a list of alternatives ("shapes")
// without combinators. $ref is resolved, allOf is merged, anyOf and oneOf become alternatives, and
// the keywords beside them are merged into each. Schemas of members and items remain references, so
// that recursion is finite.
//
// An assertion that is not supported is an error that names keyword and place; annotations and
// unknown keywords are ignored.

#include "base/result.hpp"
#include "model/chat/json_value.hpp"
#include "model/grammar/compile_budget.hpp"
#include "model/grammar/decimal_range.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::model {

/// A schema inside the document; all schemas of a list must hold.
struct schema_node {
  const json_value* schema = nullptr;
  std::string path; // "#/properties/a"
  bool operator<(const schema_node& other) const noexcept { return schema < other.schema; }
  bool operator==(const schema_node& other) const noexcept { return schema == other.schema; }
};
using schema_nodes = std::vector<schema_node>;

struct schema_shape {
  enum type_bit : std::uint8_t {
    null_type = 1,
    boolean_type = 2,
    integer_type = 4,
    fraction_type = 8, // numbers that are no integers
    string_type = 16,
    array_type = 32,
    object_type = 64,
    every_type = 127
  };
  struct property {
    std::string name;
    schema_nodes schemas;
  };
  struct pattern {
    std::string text;
    std::string path;
    schema_nodes schemas; // of patternProperties
  };

  std::string path;
  std::uint8_t types = every_type;
  std::optional<std::vector<const json_value*>> values; // enum, const

  std::optional<decimal_bound> lowest, highest;
  std::vector<std::pair<std::uint32_t, std::string>> divisors; // multipleOf, and its path

  std::uint32_t length_min = 0;
  std::optional<std::uint32_t> length_max;
  std::vector<pattern> patterns;
  std::vector<std::pair<std::string, std::string>> formats; // pattern, path

  std::string unique_path; // path of uniqueItems, empty if absent
  std::uint32_t items_min = 0;
  std::optional<std::uint32_t> items_max;
  std::vector<schema_nodes> prefix;
  schema_nodes items; // after the prefix

  std::vector<property> properties;
  std::vector<std::string> required;
  std::vector<pattern> pattern_properties;
  schema_nodes additional;
  schema_nodes names; // propertyNames
  std::uint32_t properties_min = 0;
  std::optional<std::uint32_t> properties_max;
};

class schema_document {
public:
  explicit schema_document(json_value root) : root_(std::move(root)) {}

  const json_value& root() const noexcept { return root_; }

  /// The alternatives of a value that satisfies all of `nodes`; none: no value fits. Errors:
  /// invalid_request naming keyword and path, or the budget's; `param` is empty.
  result<std::vector<schema_shape>> shapes_of(const schema_nodes& nodes, compile_budget& budget);

  /// The schema that a $ref names. Errors as shapes_of.
  result<schema_node> resolve(std::string_view reference, const std::string& path) const;

private:
  result<std::vector<schema_shape>> expand(const schema_node& node, compile_budget& budget,
                                           std::size_t depth);

  json_value root_;
};

/// "the keyword `k` at #/a/b ..."
error schema_error(std::string_view path, std::string_view keyword, std::string_view what);

/// Adds a keyword and its place to an error below it; cancelled stays cancelled.
error keyword_failure(std::string_view path, std::string_view keyword, const error& below);

/// True if no value can fit both.
bool are_disjoint(const schema_shape& a, const schema_shape& b);

/// True for values that are equal as JSON: 1 equals 1.0, the order of members does not count.
bool equal_values(const json_value& a, const json_value& b);

/// The type bits of a value.
std::uint8_t type_of(const json_value& value);

/// The conjunction of both. Errors: invalid_request if they cannot be merged exactly.
result<schema_shape> merged(const schema_shape& a, const schema_shape& b, compile_budget& budget);

/// Reads the keywords of one schema object except combinators.
result<schema_shape> read_shape(const schema_node& node, compile_budget& budget);

} // namespace hadal::model
