#pragma once
// The schemas of the document's components, by name.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hadal::net::openapi {

using named_schema = std::pair<std::string_view, std::string>;

/// Bodies of requests; the decoders enforce every bound.
std::vector<named_schema> request_schemas();

/// Bodies of answers, and the error body.
std::vector<named_schema> answer_schemas();

} // namespace hadal::net::openapi
