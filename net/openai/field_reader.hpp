#pragma once
// Reads known fields of a JSON object into typed variables. For the decoders of this folder only.
//
// The first failure is kept in the `decode_failure` that all readers of one body share, and later
// reads do nothing. So decoders read all fields and check once at the end.
//
// Each name that is read must be listed in field_reader.cpp: an object is walked once and
// only known fields are stored, so that a body full of unknown fields costs no more than its
// size.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "net/openai/json_document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::net {

/// The first failure of a body.
class decode_failure {
public:
  explicit operator bool() const noexcept { return error_.has_value(); }
  const error& first() const { return *error_; }

  /// `message` is a whole sentence.
  void set(std::string param, std::string message);

  /// "`param` must be {allowed}; found {what the element is}."
  void set_mismatch(std::string param, std::string_view allowed, json_element found);

private:
  std::optional<error> error_;
};

/// An element as shown to a person: `the string "abc"`, `2.5`, `an array`.
std::string describe(json_element element);

/// The same for a string: `the string "abc"`, shortened if it is long.
std::string describe_text(std::string_view value);

struct real_range {
  double low = 0;
  double high = 0;
  bool low_excluded = false;
};

struct integer_range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

inline constexpr integer_range token_id_range{0, INT32_MAX};

class field_reader {
public:
  /// `path` is that of the object ("" for the body, "messages[0]").
  field_reader(decode_failure& failure, json_object object, std::string path);

  /// nullopt when absent or null.
  std::optional<json_element> find(std::string_view name) const;

  /// "messages[0].role"
  std::string path_of(std::string_view name) const;

  // Each leaves `out` unchanged if the field is absent or null.
  void read(std::string_view name, bool& out);
  void read(std::string_view name, std::optional<bool>& out);
  void read(std::string_view name, std::string& out);
  void read(std::string_view name, std::optional<std::string>& out);
  void read(std::string_view name, std::optional<double>& out, real_range range);
  void read(std::string_view name, std::optional<std::int64_t>& out, integer_range range);
  void read(std::string_view name, std::int64_t& out, integer_range range);
  void read(std::string_view name, std::int32_t& out, integer_range range);
  void read_ids(std::string_view name, std::vector<token_id>& out, std::size_t count_max);

  /// nullopt when absent, null or not an object (which is a failure).
  std::optional<field_reader> object(std::string_view name);
  /// nullopt when absent, null or not an array (which is a failure).
  std::optional<json_array> array(std::string_view name);

  decode_failure& failure() const noexcept { return *failure_; }

private:
  decode_failure* failure_;
  std::string path_;
  std::vector<std::pair<std::string_view, json_element>> known_;
};

/// Reads one integer; `path` names it. Also used for elements of arrays.
std::optional<std::int64_t> read_integer(decode_failure& failure, const std::string& path,
                                         json_element element, integer_range range);

/// Reads an array of token ids, each `path[i]`.
void read_id_list(decode_failure& failure, const std::string& path, json_array ids,
                  std::vector<token_id>& out);

} // namespace hadal::net
