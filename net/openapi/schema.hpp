#pragma once
// JSON Schema as text, for the tables of this folder. A schema is one JSON object.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net::openapi {

/// A member of an object.
struct field {
  std::string_view name;
  std::string schema;
  std::string_view help{}; // plain text; empty: the name is clear
};

std::string any();
std::string boolean();
std::string text();
std::string text_up_to(std::size_t least, std::size_t most); // characters
std::string one_of_words(const std::vector<std::string_view>& words);
std::string integer(std::int64_t low, std::int64_t high);
std::string count(); // an integer of 0 and more
std::string number(double low, double high, bool low_excluded = false);
std::string any_number();
std::string array_of(const std::string& items);
std::string array_of(const std::string& items, std::size_t least, std::size_t most);
std::string map_of(const std::string& values); // an object with any keys
std::string any_object();
std::string either(const std::vector<std::string>& schemas);
std::string or_null(const std::string& schema);
std::string reference(std::string_view component);

/// An object; fields in `required` are required, all others may be null. Further members are
/// ignored by the server and so allowed.
std::string request_object(const std::vector<field>& fields,
                           const std::vector<std::string_view>& required = {});

/// An object that the server writes: exactly the given types.
std::string answer_object(const std::vector<field>& fields,
                          const std::vector<std::string_view>& required = {});

/// A JSON string with its quotes.
std::string quoted(std::string_view text);

} // namespace hadal::net::openapi
