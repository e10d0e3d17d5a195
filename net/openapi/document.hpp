#pragma once
// GET /openapi.json: an OpenAPI 3.1 document of this server. What it says of types, bounds and
// statuses is what the server does; what JSON Schema cannot say (fields that must agree with each
// other, ids that depend on the model) stands in descriptions, and its 400 is listed.

#include <string>
#include <string_view>

namespace hadal::net {

struct openapi_facts {
  std::string_view version;
  bool needs_key = false; // some key is set: every path but the health ones asks for it
};

std::string openapi_document(const openapi_facts& facts);

} // namespace hadal::net
