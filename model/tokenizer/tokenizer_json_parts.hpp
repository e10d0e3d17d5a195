#pragma once
// The parts of tokenizer.json, each read by a function of its own. For the sources of this folder
// only: it brings simdjson with it.

#include "base/result.hpp"
#include "model/tokenizer/tokenizer_json.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>

namespace hadal::model::json_parts {

/// invalid_tokenizer: "where: what".
tl::unexpected<error> invalid(std::string_view where, std::string_view what);

/// A member that may be absent or null: then `fallback`.
result<bool> flag(simdjson::dom::object object, std::string_view key, bool fallback,
                  std::string_view where);

/// A member that must be a string.
result<std::string_view> text(simdjson::dom::object object, std::string_view key,
                              std::string_view where);

/// True when the member is absent or null.
bool is_absent(simdjson::dom::object object, std::string_view key);

/// An id in 0 to limits::token_id_max.
result<token_id> id(simdjson::dom::element value, std::string_view where);

/// `model`: vocabulary, byte_tokens, merges, ignore_merges.
result<void> read_model(simdjson::dom::object root, tokenizer_json& out);

/// `pre_tokenizer`: steps.
result<void> read_steps(simdjson::dom::object root, tokenizer_json& out);

} // namespace hadal::model::json_parts
