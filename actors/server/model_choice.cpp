#include "actors/server/model_choice.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <system_error>

namespace hadal::server {

namespace {

constexpr const char* default_model_variable = "HADAL_DEFAULT_MODEL";

bool holds_model(const std::filesystem::path& folder) {
  std::error_code ignored; // an unreadable folder counts as one without a model
  return std::filesystem::is_regular_file(folder / "config.json", ignored);
}

result<std::string> find_default_model(const model_search& search) {
  const char* named = search.variables(default_model_variable);
  if (named != nullptr && *named != '\0') {
    if (holds_model(named))
      return std::string{named};
    return fail(
        error_code::io_error,
        fmt::format("{}: '{}' is not a folder with a config.json", default_model_variable, named),
        default_model_variable);
  }
  const auto folder = search.program.parent_path();
  const auto installed = (folder / ".." / "share" / "hadal" / "default").lexically_normal();
  const auto in_tree = (folder / ".." / ".." / "model" / "default").lexically_normal();
  for (const auto& place : {installed, in_tree})
    if (holds_model(place))
      return place.string();
  return fail(error_code::io_error,
              fmt::format("there is no model to serve: --model-path is not given, and the default "
                          "model is at none of ${} (not set), {}, {}",
                          default_model_variable, installed.string(), in_tree.string()),
              "--model-path");
}

} // namespace

model_search this_process() {
  std::error_code failed;
  auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return {[](const std::string& name) -> const char* { return std::getenv(name.c_str()); },
          failed ? std::filesystem::path{} : program};
}

std::vector<std::string> names_of_path(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  if (end == std::string::npos)
    return {path};
  const auto slash = path.rfind('/', end);
  const auto last =
      slash == std::string::npos ? path.substr(0, end + 1) : path.substr(slash + 1, end - slash);
  if (last == path)
    return {path};
  return {path, last};
}

result<model_choice> choose_model(const serve_options& options, const model_search& search) {
  model_choice choice;
  if (options.model_path.empty()) {
    HADAL_TRY_ASSIGN(found, find_default_model(search));
    choice.location = found;
    choice.served_names = {default_model_name};
  } else {
    choice.location = options.model_path;
    choice.served_names = names_of_path(options.model_path);
  }
  if (!options.served_model_names.empty())
    choice.served_names = options.served_model_names;
  return choice;
}

} // namespace hadal::server
