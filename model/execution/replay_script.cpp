#include "model/execution/replay_script.hpp"

#include "base/limits.hpp"
#include "model/config/text_file.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace hadal::model {

namespace {

using simdjson::dom::element;

tl::unexpected<error> wrong(std::string what) {
  return fail(error_code::invalid_config, std::move(what));
}

result<std::string> read_string(element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS)
    return wrong("must be a string");
  return std::string(text);
}

result<std::vector<std::string>> read_pieces(element value) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS)
    return wrong("must be an array of strings");
  std::vector<std::string> pieces;
  for (element piece : array) {
    std::string_view text;
    if (piece.get(text) != simdjson::SUCCESS)
      return wrong("must be an array of strings");
    if (text.size() > limits::token_bytes_max)
      return wrong(fmt::format("has a piece of {} bytes, more than {}", text.size(),
                               limits::token_bytes_max));
    pieces.emplace_back(text);
  }
  return pieces;
}

result<std::uint32_t> read_delay(element value) {
  constexpr std::uint32_t us_per_ms = 1000;
  double ms = 0;
  if (!value.is_number() || value.get(ms) != simdjson::SUCCESS || ms < 0 ||
      ms > limits::replay_delay_ms_max)
    return wrong(fmt::format("must be a number from 0 to {}", limits::replay_delay_ms_max));
  return static_cast<std::uint32_t>(std::llround(ms * us_per_ms));
}

result<bool> read_end(element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || (text != "eos" && text != "none"))
    return wrong("must be \"eos\" or \"none\"");
  return text == "eos";
}

struct members_seen {
  bool text = false;
  bool pieces = false;
};

result<void> read_member(std::string_view name, element value, replay_line& line,
                         members_seen& seen) {
  if (name == "match") {
    HADAL_TRY_ASSIGN(match, read_string(value));
    line.match = std::move(match);
  } else if (name == "text") {
    HADAL_TRY_ASSIGN(text, read_string(value));
    seen.text = line.is_text = true;
    line.pieces.push_back(std::move(text));
  } else if (name == "pieces") {
    HADAL_TRY_ASSIGN(pieces, read_pieces(value));
    seen.pieces = true;
    line.pieces = std::move(pieces);
  } else if (name == "delay_ms") {
    HADAL_TRY_ASSIGN(delay, read_delay(value));
    line.delay_us = delay;
  } else if (name == "end") {
    HADAL_TRY_ASSIGN(ends, read_end(value));
    line.ends = ends;
  } else {
    return wrong("is not known here");
  }
  return {};
}

result<replay_line> read_line(std::string_view text, std::size_t number) {
  simdjson::dom::parser parser;
  element root;
  if (auto code = parser.parse(simdjson::padded_string{text}).get(root); code != simdjson::SUCCESS)
    return wrong(fmt::format("is not JSON: {}", simdjson::error_message(code)));
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS)
    return wrong("is not a JSON object");
  replay_line line;
  line.number = number;
  std::set<std::string_view> names;
  members_seen seen;
  for (const auto [name, value] : object) {
    if (!names.insert(name).second)
      return wrong(fmt::format("'{}' is there twice", name));
    if (auto done = read_member(name, value, line, seen); !done)
      return wrong(fmt::format("'{}' {}", name, done.error().message));
  }
  if (seen.text == seen.pieces)
    return wrong(seen.text ? "has both 'text' and 'pieces'" : "has neither 'text' nor 'pieces'");
  if (!line.ends && line.pieces.empty())
    return wrong("\"end\": \"none\" repeats the last piece, and there is none");
  return line;
}

} // namespace

error replay_error(const std::string& file, std::size_t line, const std::string& what) {
  return {error_code::invalid_config, fmt::format("{}: line {}: {}", file, line, what), file};
}

std::vector<std::string> replay_script::token_texts() const {
  std::vector<std::string> texts;
  for (const replay_line& line : lines)
    if (!line.is_text)
      texts.insert(texts.end(), line.pieces.begin(), line.pieces.end());
  return texts;
}

result<replay_script> parse_replay_script(std::string_view text, const std::string& file) {
  replay_script script{file, {}};
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    auto read = read_line(line, number);
    if (!read)
      return fail(replay_error(file, number, read.error().message));
    script.lines.push_back(std::move(*read));
  }
  if (script.lines.empty())
    return fail(error_code::invalid_config, fmt::format("{}: has no line to replay", file), file);
  return script;
}

result<replay_script> load_replay_script(const std::filesystem::path& file) {
  HADAL_TRY_ASSIGN(text, read_text_file(file, limits::replay_file_bytes_max));
  return parse_replay_script(text, file.string());
}

} // namespace hadal::model
