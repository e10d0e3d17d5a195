#include "net/openapi/document.hpp"

#include "net/openapi/schema.hpp"
#include "net/openapi/schemas.hpp"

#include <fmt/format.h>

#include <array>

namespace hadal::net {

namespace {

using namespace openapi;

/// One path; `request` is empty for GET.
struct operation {
  std::string_view path;
  std::string_view id;
  std::string_view summary;
  std::string_view request;
  std::string_view answer; // a component; empty: text
  bool streams = false;
  bool is_public = false;
  bool may_be_unready = false; // GET: 503 is a possible answer
};

constexpr std::array operations = {
    operation{"/v1/chat/completions", "chat", "Answers a conversation", "ChatRequest", "ChatAnswer",
              true},
    operation{"/v1/completions", "complete", "Continues a prompt, or fills a gap",
              "CompletionRequest", "CompletionAnswer", true},
    operation{"/generate", "generate", "Continues prompts, with SGLang's names", "GenerateRequest",
              "GenerateAnswer", true},
    operation{"/separate_reasoning", "separate_reasoning", "Tells a text's reasoning from the rest",
              "ReasoningRequest", "Reasoning"},
    operation{"/parse_function_call", "parse_function_call", "Finds the tool calls of a text",
              "CallRequest", "Calls"},
    operation{"/tokenize", "tokenize", "Text or a conversation to ids", "TokenizeRequest",
              "Tokens"},
    operation{"/v1/tokenize", "tokenize_v1", "The same", "TokenizeRequest", "Tokens"},
    operation{"/detokenize", "detokenize", "Ids to text", "DetokenizeRequest", "Text"},
    operation{"/v1/detokenize", "detokenize_v1", "The same", "DetokenizeRequest", "Text"},
    operation{"/v1/models", "models", "The served names", "", "Models"},
    operation{"/v1/models/{id}", "model", "One served name", "", "Model"},
    operation{"/get_model_info", "model_info", "Model and tokenizer", "", "ModelInfo"},
    operation{"/model_info", "model_info_new", "The same", "", "ModelInfo"},
    operation{"/get_server_info", "server_info", "Settings and sizes, no secrets", "",
              "ServerInfo"},
    operation{"/server_info", "server_info_new", "The same", "", "ServerInfo"},
    operation{"/health", "health", "May requests be sent", "", "Status", false, true, true},
    operation{"/health/ready", "ready", "The same", "", "Status", false, true, true},
    operation{"/health/live", "live", "Does the process live", "", "Status", false, true},
    operation{"/version", "version", "The program's version", "", "Version"},
    operation{"/metrics", "metrics", "Prometheus' text format", "", ""},
    operation{"/openapi.json", "openapi", "This document", "", "Document"},
};

struct status {
  unsigned code;
  std::string_view when;
};

constexpr std::array request_errors = {
    status{400, "A field or the JSON is wrong, or the context too short"},
    status{404, "No such model"},
    status{408, "The request came too slowly"},
    status{413, "The body is too large"},
    status{415, "The body is not said to be JSON"},
    status{500, "The server failed"},
    status{503, "Starting, full, draining, or the model failed; see Retry-After"},
};

std::string json_content(std::string_view component) {
  return fmt::format(R"("application/json":{{"schema":{}}})", reference(component));
}

void append_status(std::string& out, unsigned code, std::string_view when,
                   std::string_view content) {
  out += fmt::format(R"({}"{}":{{"description":{},"content":{{{}}}}})",
                     out.ends_with('{') ? "" : ",", code, quoted(when), content);
}

std::string responses(const operation& o, bool needs_key) {
  std::string out = R"("responses":{)";
  std::string good =
      o.answer.empty() ? R"("text/plain":{"schema":{"type":"string"}})" : json_content(o.answer);
  if (o.streams)
    good += R"(,"text/event-stream":{})"; // a schema would be each event's, and [DONE] has none
  append_status(out, 200, "The answer", good);
  const auto error = json_content("Error");
  if (!o.request.empty())
    for (const status& s : request_errors)
      append_status(out, s.code, s.when, error);
  if (o.path.ends_with("{id}"))
    append_status(out, 404, "No such model", error);
  if (o.may_be_unready)
    append_status(out, 503, "Starting, draining, or failed", error);
  if (needs_key && !o.is_public)
    append_status(out, 401, "No key, or a wrong one", error);
  if (needs_key && !o.request.empty())
    append_status(out, 429, "The key's own limit; see Retry-After", error);
  return out + "}";
}

std::string operation_json(const operation& o, bool needs_key) {
  std::string out =
      fmt::format(R"("{}":{{"operationId":{},"summary":{},)", o.request.empty() ? "get" : "post",
                  quoted(o.id), quoted(o.summary));
  if (o.path.ends_with("{id}"))
    out += R"("parameters":[{"name":"id","in":"path","required":true,)"
           R"("description":"slashes may stand as they are","schema":{"type":"string"}}],)";
  if (!o.request.empty())
    out += fmt::format(R"("requestBody":{{"required":true,"content":{{{}}}}},)",
                       json_content(o.request));
  if (needs_key && !o.is_public)
    out += R"("security":[{"key":[]}],)";
  return out + responses(o, needs_key) + "}";
}

} // namespace

std::string openapi_document(const openapi_facts& facts) {
  std::string out = R"({"openapi":"3.1.0","info":{"title":"Hadal","version":)";
  out += quoted(facts.version);
  out +=
      R"(,"description":"Unknown fields are ignored, null means absent, types are strict: docs/API.md."})"
      R"(,"paths":{)";
  for (const operation& o : operations)
    out += fmt::format("{}{}:{{{}}}", out.ends_with('{') ? "" : ",", quoted(o.path),
                       operation_json(o, facts.needs_key));
  out += R"(},"components":{"schemas":{)";
  for (const auto& all : {request_schemas(), answer_schemas()})
    for (const auto& [name, schema] : all)
      out += fmt::format("{}{}:{}", out.ends_with('{') ? "" : ",", quoted(name), schema);
  out += '}';
  if (facts.needs_key)
    out += R"(,"securitySchemes":{"key":{"type":"http","scheme":"bearer"}})";
  return out + "}}";
}

} // namespace hadal::net
