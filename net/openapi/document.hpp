#pragma once
// GET /openapi.json: an OpenAPI 3.1 document of this server. Its types, bounds and statuses are
// those of the server. Conditions that JSON Schema cannot express (fields that must agree with each
// other, ids that depend on the model) are in descriptions, and their 400 is listed.

#include <string>
#include <string_view>

namespace hadal::net {

struct openapi_facts {
  std::string_view version;
  bool needs_key = false; // a key is set: all paths except the health ones need it
};

std::string openapi_document(const openapi_facts& facts);

} // namespace hadal::net
