#include "base/limits.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <fmt/core.h>

#include <fstream>
#include <system_error>

namespace hadal::model {

namespace {

constexpr const char* tokenizer_name = "tokenizer.json";
constexpr const char* config_name = "tokenizer_config.json";

// Adds the name of the file to an error.
error in_file(error e, const std::string& file) {
  e.message = fmt::format("{}: {}", file, e.message);
  e.param = file;
  return e;
}

result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code)
    return fail(error_code::invalid_tokenizer, fmt::format("cannot be read: {}", code.message()));
  if (size > limits::tokenizer_file_bytes_max)
    return fail(error_code::invalid_tokenizer,
                fmt::format("has {} bytes, more than {}", size, limits::tokenizer_file_bytes_max));
  std::string text(size, '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in.read(text.data(), static_cast<std::streamsize>(size)))
    return fail(error_code::invalid_tokenizer, "cannot be read to its end");
  return text;
}

} // namespace

result<std::shared_ptr<const tokenizer>> tokenizer::parse(std::string_view tokenizer_text,
                                                          std::string_view config_text,
                                                          const vocabulary_extension& extension) {
  auto file = parse_tokenizer_json(tokenizer_text);
  if (!file)
    return fail(in_file(std::move(file.error()), tokenizer_name));
  tokenizer_config config;
  if (!config_text.empty()) {
    auto parsed = parse_tokenizer_config(config_text);
    if (!parsed)
      return fail(in_file(std::move(parsed.error()), config_name));
    config = std::move(*parsed);
  }
  // The constructor is private, so no make_shared.
  std::shared_ptr<tokenizer> made(new tokenizer(std::move(*file), std::move(config), extension));
  auto resolved = made->resolve_special_tokens();
  if (!resolved)
    return fail(in_file(std::move(resolved.error()), config_name));
  return made;
}

result<std::shared_ptr<const tokenizer>> tokenizer::load(const std::filesystem::path& directory,
                                                         const vocabulary_extension& extension) {
  const auto named = [&directory](const char* name) { return (directory / name).string(); };
  auto text = read_file(named(tokenizer_name));
  if (!text)
    return fail(in_file(std::move(text.error()), named(tokenizer_name)));
  std::string config_text;
  std::error_code code;
  if (std::filesystem::exists(named(config_name), code)) {
    auto read = read_file(named(config_name));
    if (!read)
      return fail(in_file(std::move(read.error()), named(config_name)));
    config_text = std::move(*read);
    if (config_text.empty())
      return fail(in_file({error_code::invalid_tokenizer, "is empty", {}}, named(config_name)));
  }
  auto made = parse(*text, config_text, extension);
  if (!made) {
    error e = std::move(made.error());
    e.message = (directory / e.message).string();
    e.param = named(e.param.c_str());
    return fail(std::move(e));
  }
  return made;
}

} // namespace hadal::model
