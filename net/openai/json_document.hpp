#pragma once
// A JSON text that has passed the checks described in decode.hpp, as simdjson's tree. For the
// decoders of this folder only: simdjson is a large header.

#include "base/result.hpp"

#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>

namespace hadal::net {

using json_element = simdjson::dom::element;
using json_object = simdjson::dom::object;
using json_array = simdjson::dom::array;
using json_type = simdjson::dom::element_type;

/// Owns the tree; elements are valid as long as it is.
class json_document {
public:
  /// Errors: invalid_json, with no param. Time is linear in the text's size for all keys.
  static result<json_document> parse(std::string_view text);

  json_element root() const noexcept { return root_; }

private:
  json_document() = default;

  std::unique_ptr<simdjson::dom::parser> parser_;
  json_element root_;
};

/// Appends an element as compact JSON in the spelling that chat_request.hpp describes.
void append_compact_json(std::string& out, json_element element);

} // namespace hadal::net
