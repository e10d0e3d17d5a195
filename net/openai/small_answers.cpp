#include "net/openai/small_answers.hpp"

#include "net/openai/answer_json.hpp"
#include "net/openai/json_text.hpp"

namespace hadal::net {

namespace {

http_response json_response(std::string body) {
  http_response response;
  response.body = std::move(body);
  return response;
}

void append_model(std::string& out, const served_model& model) {
  out += R"({"id":)";
  append_json_string(out, model.id);
  out += R"(,"object":"model","created":)";
  append_json_integer(out, model.created);
  out += R"(,"owned_by":"hadal","root":)";
  append_json_string(out, model.root);
  out += R"(,"parent":null,"max_model_len":)";
  append_json_integer(out, model.max_model_len);
  out += '}';
}

/// The items as a JSON array, or a single item without brackets.
template <class Items, class Append>
void append_list(std::string& out, const Items& items, bool as_array, Append append) {
  if (as_array)
    out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first)
      out += ',';
    first = false;
    append(item);
  }
  if (as_array)
    out += ']';
}

} // namespace

http_response models_response(std::span<const served_model> models) {
  std::string body = R"({"object":"list","data":)";
  append_list(body, models, true, [&](const served_model& model) { append_model(body, model); });
  body += '}';
  return json_response(std::move(body));
}

http_response model_response(const served_model& model) {
  std::string body;
  append_model(body, model);
  return json_response(std::move(body));
}

http_response version_response(std::string_view version) {
  std::string body = R"({"version":)";
  append_json_string(body, version);
  body += '}';
  return json_response(std::move(body));
}

http_response tokenize_response(std::span<const std::vector<token_id>> lists, bool as_array,
                                std::int64_t max_model_len) {
  std::string body = R"({"tokens":)";
  append_list(body, lists, as_array,
              [&](const std::vector<token_id>& ids) { append_ids(body, ids); });
  body += R"(,"count":)";
  append_list(body, lists, as_array, [&](const std::vector<token_id>& ids) {
    append_json_integer(body, std::uint64_t{ids.size()});
  });
  body += R"(,"max_model_len":)";
  append_json_integer(body, max_model_len);
  body += '}';
  return json_response(std::move(body));
}

http_response detokenize_response(std::span<const std::string> texts, bool as_array) {
  std::string body = R"({"text":)";
  append_list(body, texts, as_array,
              [&](const std::string& text) { append_json_string(body, text); });
  body += '}';
  return json_response(std::move(body));
}

} // namespace hadal::net
