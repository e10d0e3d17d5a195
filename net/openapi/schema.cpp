#include "net/openapi/schema.hpp"

#include "net/openai/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hadal::net::openapi {

namespace {

std::string object_of(const std::vector<field>& fields,
                      const std::vector<std::string_view>& required, bool others_nullable) {
  std::string out = R"({"type":"object","properties":{)";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const field& f = fields[i];
    const bool is_required = std::find(required.begin(), required.end(), f.name) != required.end();
    std::string schema = others_nullable && !is_required ? or_null(f.schema) : f.schema;
    if (!f.help.empty()) {
      const char* comma = schema == "{}" ? "" : ",";
      schema.insert(1, fmt::format(R"("description":{}{})", quoted(f.help), comma));
    }
    out += fmt::format("{}{}:{}", i > 0 ? "," : "", quoted(f.name), schema);
  }
  out += '}';
  for (std::size_t i = 0; i < required.size(); ++i)
    out += fmt::format("{}{}", i == 0 ? R"(,"required":[)" : ",", quoted(required[i]));
  out += required.empty() ? "}" : "]}";
  return out;
}

} // namespace

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string any() {
  return "{}";
}
std::string boolean() {
  return R"({"type":"boolean"})";
}
std::string text() {
  return R"({"type":"string"})";
}
std::string text_up_to(std::size_t least, std::size_t most) {
  return fmt::format(R"({{"type":"string","minLength":{},"maxLength":{}}})", least, most);
}
std::string one_of_words(const std::vector<std::string_view>& words) {
  std::string out = R"({"type":"string","enum":[)";
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i > 0 ? "," : "") + quoted(words[i]);
  return out + "]}";
}
std::string integer(std::int64_t low, std::int64_t high) {
  return fmt::format(R"({{"type":"integer","minimum":{},"maximum":{}}})", low, high);
}
std::string count() {
  return R"({"type":"integer","minimum":0})";
}
std::string number(double low, double high, bool low_excluded) {
  return fmt::format(R"({{"type":"number","{}":{},"maximum":{}}})",
                     low_excluded ? "exclusiveMinimum" : "minimum", low, high);
}
std::string any_number() {
  return R"({"type":"number"})";
}
std::string array_of(const std::string& items) {
  return fmt::format(R"({{"type":"array","items":{}}})", items);
}
std::string array_of(const std::string& items, std::size_t least, std::size_t most) {
  return fmt::format(R"({{"type":"array","minItems":{},"maxItems":{},"items":{}}})", least, most,
                     items);
}
std::string map_of(const std::string& values) {
  return fmt::format(R"({{"type":"object","additionalProperties":{}}})", values);
}
std::string any_object() {
  return R"({"type":"object"})";
}
std::string either(const std::vector<std::string>& schemas) {
  std::string out = R"({"anyOf":[)";
  for (std::size_t i = 0; i < schemas.size(); ++i)
    out += (i > 0 ? "," : "") + schemas[i];
  return out + "]}";
}
std::string or_null(const std::string& schema) {
  return schema == "{}" ? schema : either({schema, R"({"type":"null"})"});
}
std::string reference(std::string_view component) {
  return fmt::format(R"({{"$ref":"#/components/schemas/{}"}})", component);
}

std::string request_object(const std::vector<field>& fields,
                           const std::vector<std::string_view>& required) {
  return object_of(fields, required, true);
}

std::string answer_object(const std::vector<field>& fields,
                          const std::vector<std::string_view>& required) {
  return object_of(fields, required, false);
}

} // namespace hadal::net::openapi
