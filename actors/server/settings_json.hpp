#pragma once
// The settings of a server that clients with a key may read: flags by their names with underscores.
// Keys and their files are left out.

#include "actors/server/model_choice.hpp"
#include "actors/server/options.hpp"

#include <string>

namespace hadal::server {

/// The members of a JSON object, without its braces.
std::string settings_json(const serve_options& options, const model_choice& choice);

} // namespace hadal::server
