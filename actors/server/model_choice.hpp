#pragma once
// Chooses the served model and its names. `--model-path` decides; without it the default
// model is searched for in this order: $HADAL_DEFAULT_MODEL, `<folder of the
// program>/../share/hadal/default` (an installed Hadal), and `model/default` two folders
// above the program's (a build inside the source tree). A folder counts if it has a
// config.json.

#include "actors/server/flags.hpp"
#include "actors/server/options.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hadal::server {

inline constexpr const char* default_model_name = "hadal-default";

struct model_choice {
  std::string location;                  // a local folder or a hub id, as given
  std::vector<std::string> served_names; // the first is the main name; never empty
};

/// Where to search for the default model.
struct model_search {
  environment variables;
  std::filesystem::path program; // absolute path of the running program
};

/// The search of this process.
model_search this_process();

/// Errors: io_error, naming every place that was searched; if HADAL_DEFAULT_MODEL is set, only that
/// place is searched.
result<model_choice> choose_model(const serve_options& options, const model_search& search);

/// Names without --served-model-name: the path as given and its last component, only once if they
/// are equal.
std::vector<std::string> names_of_path(const std::string& path);

} // namespace hadal::server
