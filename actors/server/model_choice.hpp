#pragma once
// Which model is served, and under which names. `--model-path` decides; without it the default
// model is looked for, in this order: $HADAL_DEFAULT_MODEL,
// `<folder of the program>/../share/hadal/default` (an installed Hadal), and `model/default` two
// folders above the program's (a build inside the source tree). A folder counts when it holds a
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
  std::string location;                  // a local folder or a hub id, as it was given
  std::vector<std::string> served_names; // the first one is the model's own; never empty
};

/// Where the default model may be.
struct model_search {
  environment variables;
  std::filesystem::path program; // absolute path of the running program
};

/// The search of this process.
model_search this_process();

/// Errors: io_error, naming every place that was looked at; with HADAL_DEFAULT_MODEL set, only that
/// place is.
result<model_choice> choose_model(const serve_options& options, const model_search& search);

/// Names without --served-model-name: the path as given and its last component, once if they are
/// the same.
std::vector<std::string> names_of_path(const std::string& path);

} // namespace hadal::server
