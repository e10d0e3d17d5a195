#include "net/openai/logit_processor.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hadal::net {

namespace {

constexpr std::string_view module_name = "sglang.srt.sampling.custom_logit_processor";
constexpr std::string_view class_name = "DeepSeekR1ThinkingBudgetLogitProcessor";
constexpr std::size_t text_bytes_max = 1024; // the longest known spelling is a quarter of that

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    bytes += static_cast<char>(16 * high + low);
  }
  return bytes;
}

/// The `callable` of an object without other members.
std::optional<std::string> callable_of(std::string_view text) {
  if (text.size() > text_bytes_max)
    return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view callable;
  if (parser.parse(simdjson::padded_string(text)).get(object) != simdjson::SUCCESS ||
      object.size() != 1 || object["callable"].get(callable) != simdjson::SUCCESS)
    return std::nullopt;
  return from_hex(callable);
}

std::string counted(std::string_view text) {
  return std::string("\x8c") + static_cast<char>(text.size()) + std::string(text);
}

std::string little_endian_64(std::size_t value) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xff);
  return bytes;
}

/// Every pickle of a reference to the class: protocols 4 and 5 with and without frame and memo,
/// and the older ones by GLOBAL.
std::vector<std::string> class_spellings() {
  std::vector<std::string> spellings;
  for (const std::string memo : {"", "\x94"}) {
    const std::string body =
        counted(module_name) + memo + counted(class_name) + memo + "\x93" + memo + ".";
    for (const std::string protocol : {"\x80\x04", "\x80\x05"}) {
      spellings.push_back(protocol + body);
      spellings.push_back(protocol + "\x95" + little_endian_64(body.size()) + body);
    }
  }
  const std::string global = fmt::format("c{}\n{}\n", module_name, class_name);
  for (const std::string protocol : {"", "\x80\x02", "\x80\x03"})
    for (const std::string& memo : {std::string(), std::string("q\0", 2), std::string("p0\n")})
      spellings.push_back(protocol + global + memo + ".");
  return spellings;
}

} // namespace

logit_processor recognise_logit_processor(std::string_view text) {
  static const std::vector<std::string> spellings = class_spellings();
  const auto bytes = callable_of(text);
  if (bytes && std::find(spellings.begin(), spellings.end(), *bytes) != spellings.end())
    return logit_processor::thinking_budget;
  return logit_processor::unknown;
}

} // namespace hadal::net
