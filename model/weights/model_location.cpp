#include "model/weights/model_location.hpp"

#include "model/config/printable.hpp"
#include "model/config/text_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace hadal::model {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t ref_bytes_max = 4096;

tl::unexpected<error> failure(error_code code, std::string message) {
  return fail(code, std::move(message), "model_path");
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Expands "~/x" as a shell does: the value may come from a file.
fs::path expanded(const std::string& path, const std::string& home) {
  if (path == "~")
    return home;
  if (path.starts_with("~/"))
    return fs::path(home) / path.substr(2);
  return path;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

/// True for one part of a hub id, by the rules of the hub.
bool is_hub_name(std::string_view name) {
  return !name.empty() && name.size() <= 96 &&
         std::all_of(name.begin(), name.end(), is_name_character) &&
         name.find("..") == std::string_view::npos && name.find("--") == std::string_view::npos &&
         name.front() != '-' && name.front() != '.' && name.back() != '-' && name.back() != '.';
}

/// "org/name" or "name".
bool is_hub_id(std::string_view id) {
  const auto slash = id.find('/');
  if (slash == std::string_view::npos)
    return is_hub_name(id);
  return is_hub_name(id.substr(0, slash)) && is_hub_name(id.substr(slash + 1));
}

/// True for a branch, a tag, "refs/pr/1" or a hash: no part between slashes leaves the folder.
bool is_revision(std::string_view revision) {
  while (true) {
    const auto slash = revision.find('/');
    const std::string_view part = revision.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.size() > 250 ||
        !std::all_of(part.begin(), part.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; }))
      return false;
    if (slash == std::string_view::npos)
      return true;
    revision.remove_prefix(slash + 1);
  }
}

bool is_commit(std::string_view text) {
  return text.size() >= 7 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The commit of a revision in a model's cache folder.
result<std::string> find_commit(const fs::path& folder, const std::string& model_path,
                                const std::string& revision) {
  const fs::path ref = folder / "refs" / revision;
  if (is_file(ref)) {
    auto text = read_text_file(ref, ref_bytes_max);
    if (!text)
      return failure(text.error().code, text.error().message);
    while (!text->empty() &&
           std::string_view(" \t\r\n").find(text->back()) != std::string_view::npos)
      text->pop_back();
    if (!is_commit(*text))
      return failure(error_code::io_error, fmt::format("{}: holds \"{}\", expected a commit's hash",
                                                       ref.string(), printable(*text)));
    return *text;
  }
  if (is_commit(revision) && is_folder(folder / "snapshots" / revision))
    return revision;
  return failure(error_code::io_error,
                 fmt::format("model {} has no revision \"{}\" in the cache: looked for {} and {}",
                             model_path, printable(revision), ref.string(),
                             (folder / "snapshots" / revision).string()));
}

result<model_location> locate_in_cache(const std::string& id, const std::string& revision,
                                       const fs::path& root) {
  if (!is_revision(revision))
    return failure(error_code::invalid_config,
                   fmt::format("revision \"{}\" is not a branch, a tag or a commit's hash",
                               printable(revision)));
  std::string folder_name = "models--" + id;
  if (const auto slash = folder_name.find('/'); slash != std::string::npos)
    folder_name.replace(slash, 1, "--");
  const fs::path folder = root / folder_name;
  if (!is_folder(folder))
    return failure(
        error_code::io_error,
        fmt::format("model {} was not found: looked for the directory {} and, as a hub "
                    "id, for {} (nothing is downloaded: \"hf download {}\" puts it there)",
                    id, fs::absolute(id).string(), folder.string(), id));
  HADAL_TRY_ASSIGN(commit, find_commit(folder, id, revision));
  const fs::path snapshot = folder / "snapshots" / commit;
  if (!is_file(snapshot / "config.json"))
    return failure(error_code::io_error,
                   fmt::format("model {} is not whole in the cache: {} is missing", id,
                               (snapshot / "config.json").string()));
  return model_location{snapshot, commit};
}

} // namespace

hub_environment hub_environment::of_process() {
  return {variable("HF_HUB_CACHE"), variable("HUGGINGFACE_HUB_CACHE"), variable("HF_HOME"),
          variable("XDG_CACHE_HOME"), variable("HOME")};
}

fs::path hub_cache_root(const hub_environment& environment) {
  const std::string& home = environment.home;
  if (!environment.hf_hub_cache.empty())
    return expanded(environment.hf_hub_cache, home);
  if (!environment.huggingface_hub_cache.empty())
    return expanded(environment.huggingface_hub_cache, home);
  if (!environment.hf_home.empty())
    return expanded(environment.hf_home, home) / "hub";
  if (!environment.xdg_cache_home.empty())
    return expanded(environment.xdg_cache_home, home) / "huggingface" / "hub";
  return fs::path(home) / ".cache" / "huggingface" / "hub";
}

result<model_location> locate_model(const std::string& model_path, const std::string& revision,
                                    const hub_environment& environment) {
  std::error_code ignored;
  const auto status = fs::status(model_path, ignored);
  if (fs::is_directory(status)) {
    if (!is_file(fs::path(model_path) / "config.json"))
      return failure(error_code::io_error,
                     fmt::format("directory {} is not a checkpoint: {} is missing", model_path,
                                 (fs::path(model_path) / "config.json").string()));
    return model_location{model_path, ""};
  }
  if (fs::exists(status))
    return failure(error_code::io_error,
                   fmt::format("{} is not a directory, expected a directory with config.json, or a "
                               "hub id such as org/name",
                               printable(model_path)));
  if (!is_hub_id(model_path))
    return failure(error_code::io_error,
                   fmt::format("directory {} does not exist, and it is no hub id such as org/name",
                               printable(model_path)));
  return locate_in_cache(model_path, revision.empty() ? "main" : revision,
                         hub_cache_root(environment));
}

} // namespace hadal::model
