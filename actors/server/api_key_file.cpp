#include "actors/server/api_key_file.hpp"

#include "base/limits.hpp"
#include "model/config/text_file.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

namespace hadal::server {

namespace {

using simdjson::dom::element;

constexpr std::int64_t number_most = 1'000'000'000;
constexpr std::size_t text_bytes_most = 512;

tl::unexpected<error> wrong(std::string what) {
  return fail(error_code::invalid_config, std::move(what));
}

/// Bearer keys travel in a header: printable ASCII without spaces.
result<std::string> read_key(element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.empty() || text.size() > text_bytes_most ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }))
    return wrong(fmt::format("must be a text of 1 to {} printable ASCII characters without spaces",
                             text_bytes_most));
  return std::string{text};
}

result<std::string> read_name(element value) {
  std::string_view text;
  const auto printable = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 127; };
  if (value.get(text) != simdjson::SUCCESS || text.empty() || text.size() > text_bytes_most ||
      !std::all_of(text.begin(), text.end(), printable))
    return wrong(fmt::format("must be a text of 1 to {} printable bytes", text_bytes_most));
  return std::string{text};
}

result<std::int64_t> read_count(element value) {
  std::int64_t number = 0;
  if (!value.is_int64() || value.get(number) != simdjson::SUCCESS || number < 1 ||
      number > number_most)
    return wrong(fmt::format("must be a whole number from 1 to {}", number_most));
  return number;
}

result<bool> read_bool(element value) {
  bool on = false;
  if (value.get(on) != simdjson::SUCCESS)
    return wrong("must be true or false");
  return on;
}

template <class To, class From>
result<void> store(To& into, result<From> value) {
  if (!value)
    return fail(std::move(value.error()));
  into = std::move(*value);
  return {};
}

result<void> read_member(std::string_view name, element value, api_key_record& record) {
  if (name == "key")
    return store(record.key, read_key(value));
  if (name == "name")
    return store(record.name, read_name(value));
  if (name == "weight")
    return store(record.weight, read_count(value));
  if (name == "max_concurrency")
    return store(record.max_concurrency, read_count(value));
  if (name == "tokens_per_minute")
    return store(record.tokens_per_minute, read_count(value));
  if (name == "admin")
    return store(record.admin, read_bool(value));
  return wrong("is not known here");
}

result<api_key_record> read_record(std::string_view line, std::size_t number) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string{line}).get(object) != simdjson::SUCCESS)
    return wrong(fmt::format("line {} is not a JSON object", number));
  api_key_record record;
  record.name = fmt::format("key-{}", number);
  std::set<std::string_view> seen;
  for (const auto [name, value] : object) {
    if (!seen.insert(name).second)
      return wrong(fmt::format("line {}: '{}' is there twice", number, name));
    if (auto done = read_member(name, value, record); !done)
      return wrong(fmt::format("line {}: '{}' {}", number, name, done.error().message));
  }
  if (record.key.empty())
    return wrong(fmt::format("line {} has no 'key'", number));
  return record;
}

} // namespace

result<std::vector<api_key_record>> parse_api_keys(std::string_view text) {
  std::vector<api_key_record> records;
  std::set<std::string> keys;
  std::set<std::string> names;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    HADAL_TRY_ASSIGN(record, read_record(line, number));
    if (!keys.insert(record.key).second)
      return wrong(fmt::format("line {}: its key is that of an earlier line", number));
    if (!names.insert(record.name).second)
      return wrong(fmt::format("line {}: its name is that of an earlier line", number));
    records.push_back(std::move(record));
  }
  return records;
}

result<std::vector<api_key_record>> load_api_keys(const std::filesystem::path& file) {
  HADAL_TRY_ASSIGN(text, model::read_text_file(file, limits::api_key_file_bytes_max));
  auto records = parse_api_keys(text);
  if (records && records->empty())
    records = wrong("holds no key");
  if (!records)
    return fail(records.error().code, fmt::format("{}: {}", file.string(), records.error().message),
                file.string());
  return records;
}

result<std::vector<std::string>> accepted_keys(const serve_options& options) {
  std::vector<std::string> keys;
  if (!options.api_key.empty())
    keys.push_back(options.api_key);
  if (options.api_key_file.empty())
    return keys;
  auto records = load_api_keys(options.api_key_file);
  if (!records)
    return fail(records.error().code, "--api-key-file: " + records.error().message,
                "--api-key-file");
  for (auto& record : *records)
    keys.push_back(std::move(record.key));
  return keys;
}

} // namespace hadal::server
