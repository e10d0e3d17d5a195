#pragma once
// The bodies of the endpoints that answer at once: models, version, tokenize, detokenize.

#include "base/ids.hpp"
#include "net/http/handler.hpp"
#include "net/openai/tokenize_request.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::net {

struct served_model {
  std::string id;
  std::string root; // the model's path or hub id
  std::int64_t created = 0;
  std::int64_t max_model_len = 0;
};

/// GET /v1/models.
http_response models_response(std::span<const served_model> models);

/// GET /v1/models/{id}.
http_response model_response(const served_model& model);

/// GET /version.
http_response version_response(std::string_view version);

/// POST /tokenize: one list for each prompt; with `as_array` tokens and count are arrays.
http_response tokenize_response(std::span<const std::vector<token_id>> lists, bool as_array,
                                std::int64_t max_model_len);

/// POST /detokenize: with `as_array` text is an array.
http_response detokenize_response(std::span<const std::string> texts, bool as_array);

} // namespace hadal::net
