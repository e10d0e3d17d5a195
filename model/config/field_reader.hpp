#pragma once
// Typed reading of one JSON object's members, for the .cpp files of this folder. The reader keeps
// the first fault for `status` and returns the default of a faulty member, so that a caller reads
// all fields in a row and checks once.
//
// A message: "hidden_size" is -5, allowed: an integer from 1 to 262144.

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

/// Parses JSON text whose root must be an object without duplicate keys anywhere. `what` names the
/// text in messages. Errors: invalid_config (param = the last key read before the fault, if any).
result<nlohmann::json> parse_json_object(std::string_view text, std::string_view what);

struct integer_range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

struct number_range {
  double least = 0.0;
  double most = 0.0;
  bool open_below = false; // `least` itself is not allowed
};

class field_reader {
public:
  /// `object` must outlive the reader. `prefix` ("rope_scaling.") goes before the keys in errors.
  explicit field_reader(const nlohmann::json& object, std::string prefix = {});

  /// True when the member exists and is not null.
  bool has(std::string_view key) const;

  /// The member itself; a null pointer if it is absent or JSON null.
  const nlohmann::json* member(std::string_view key) const;

  std::int64_t integer(std::string_view key, integer_range allowed);
  std::int64_t integer_or(std::string_view key, std::int64_t absent, integer_range allowed);
  std::optional<std::int64_t> optional_integer(std::string_view key, integer_range allowed);
  double number_or(std::string_view key, double absent, number_range allowed);
  double number(std::string_view key, number_range allowed);
  std::optional<double> optional_number(std::string_view key, number_range allowed);
  bool boolean_or(std::string_view key, bool absent);
  std::optional<bool> optional_boolean(std::string_view key);
  std::optional<std::string> optional_text(std::string_view key);
  /// An integer or an array of integers; empty when absent.
  std::vector<std::int64_t> integers(std::string_view key, integer_range allowed);

  /// Records a fault of `key` unless there is an earlier one; `message` is the whole sentence.
  void refuse(error_code code, std::string_view key, std::string message);
  /// The same with the usual sentence: key, value found, values allowed.
  void refuse_value(error_code code, std::string_view key, std::string_view allowed);

  bool ok() const noexcept { return !fault_.has_value(); }
  result<void> status() const;
  /// The value found at `key` as text for a message: scalars in JSON, "an array", "nothing".
  std::string found(std::string_view key) const;

private:
  const nlohmann::json& object_;
  std::string prefix_;
  std::optional<error> fault_;
};

} // namespace hadal::model
