#include "net/openapi/document.hpp"

#include "net/native/generate_request.hpp"
#include "net/native/parse_request.hpp"
#include "net/openai/decode.hpp"
#include "net/openai/route.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace hadal;
using namespace hadal::net;
using json = nlohmann::json;

namespace {

json document(bool needs_key = false) {
  return json::parse(openapi_document({"1.2.3", needs_key}));
}

/// The error of a body, or nothing when it is accepted.
using decoder = std::function<std::optional<error>(const std::string&)>;

template <class Request>
decoder decoder_of(result<Request> (*decode)(std::string_view)) {
  return [decode](const std::string& body) -> std::optional<error> {
    auto request = decode(body);
    return request ? std::nullopt : std::optional(request.error());
  };
}

struct request_kind {
  const char* component;
  json base; // a valid body to which any field can be added
  decoder decode;
};

std::vector<request_kind> kinds() {
  const json messages = json::parse(R"([{"role": "user", "content": "hi"}])");
  return {{"ChatRequest",
           {{"messages", messages}, {"logprobs", true}, {"stream", true}},
           decoder_of(decode_chat_request)},
          {"CompletionRequest",
           {{"prompt", "x"}, {"echo", true}, {"stream", true}},
           decoder_of(decode_completion_request)},
          {"GenerateRequest", {{"text", "x"}}, decoder_of(decode_generate_request)},
          {"ReasoningRequest", {{"text", "x"}}, decoder_of(decode_separate_reasoning)},
          {"CallRequest", {{"text", "x"}}, decoder_of(decode_parse_function_call)},
          {"TokenizeRequest", {{"messages", messages}}, decoder_of(decode_tokenize_request)},
          {"DetokenizeRequest", {{"tokens", {5}}}, decoder_of(decode_detokenize_request)}};
}

/// The schema of a field without the alternative null.
json bare(const json& schema) {
  const auto other = schema.find("anyOf");
  if (other != schema.end() && other->size() == 2 && (*other)[1] == json{{"type", "null"}})
    return (*other)[0];
  return schema;
}

/// A body with one field set, and with the fields that it needs.
std::string with(const request_kind& kind, const std::string& name, const json& value) {
  json body = kind.base;
  body[name] = value;
  if (name == "min_tokens" && value.is_number_integer() && !body.contains("max_tokens"))
    body["max_tokens"] = (std::int64_t{1} << 53) - 1;
  if (name == "best_of" && value.is_number_integer() && value > 0 && value <= 128)
    body["n"] = value;
  if (name == "input_ids" && !value.is_null())
    body.erase("text");
  return body.dump();
}

} // namespace

TEST_CASE("every route is in the document and everything in it is a route") {
  const auto paths = document()["paths"];
  std::set<std::string> patterns;
  for (const auto& [path, operations] : paths.items()) {
    INFO(path);
    REQUIRE(operations.size() == 1);
    const bool get = operations.contains("get");
    const auto match = match_route(get ? "GET" : "POST", path);
    REQUIRE(match.found);
    CHECK(match.method_allowed);
    patterns.emplace(pattern(*match.found));
  }
  for (int r = 0; r <= static_cast<int>(route::openapi); ++r) {
    INFO(pattern(static_cast<route>(r)));
    CHECK(patterns.count(std::string(pattern(static_cast<route>(r)))) == 1);
  }
}

TEST_CASE("every reference has its component and every operation an id of its own") {
  const auto all = document();
  std::set<std::string> ids;
  for (const auto& [path, operations] : all["paths"].items())
    for (const auto& [method, operation] : operations.items())
      CHECK(ids.insert(operation["operationId"].get<std::string>()).second);
  const auto text = all.dump();
  const std::string prefix = R"("$ref":"#/components/schemas/)";
  for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos; ++at) {
    const auto begin = at + prefix.size();
    const auto name = text.substr(begin, text.find('"', begin) - begin);
    INFO(name);
    CHECK(all["components"]["schemas"].contains(name));
  }
}

TEST_CASE("streams are named where there are any, without a schema that events would have to fit") {
  const auto all = document();
  std::set<std::string> streaming;
  for (const auto& [path, operations] : all["paths"].items())
    for (const auto& [method, operation] : operations.items()) {
      const auto& content = operation["responses"]["200"]["content"];
      if (content.contains("text/event-stream")) {
        streaming.insert(path);
        CHECK(content["text/event-stream"] == json::object());
      }
    }
  CHECK(streaming == std::set<std::string>{"/generate", "/v1/chat/completions", "/v1/completions"});
}

TEST_CASE("a key is asked for exactly where one is needed") {
  CHECK_FALSE(document(false)["components"].contains("securitySchemes"));
  const auto all = document(true);
  CHECK(all["components"]["securitySchemes"]["key"]["scheme"] == "bearer");
  for (const auto& [path, operations] : all["paths"].items())
    for (const auto& [method, operation] : operations.items()) {
      const bool is_open = is_public(*match_route("GET", path).found);
      CHECK(operation.contains("security") == !is_open);
      CHECK(operation["responses"].contains("401") == !is_open);
    }
}

TEST_CASE("bounds of numbers are those of the decoders, to the last one") {
  const auto schemas = document()["components"]["schemas"];
  int bounds = 0;
  for (const auto& kind : kinds())
    for (const auto& [name, schema] : schemas[kind.component]["properties"].items()) {
      const auto type = bare(schema);
      if (!type.contains("maximum"))
        continue;
      INFO(kind.component << " " << name);
      const bool integer = type["type"] == "integer";
      const auto refused = [&](const json& value) {
        const auto failure = kind.decode(with(kind, name, value));
        return failure && (failure->param == name || failure->param.empty());
      };
      ++bounds;
      const auto top = type["maximum"];
      CHECK_FALSE(kind.decode(with(kind, name, top)));
      if (integer && top.get<std::int64_t>() < INT64_MAX)
        CHECK(refused(top.get<std::int64_t>() + 1));
      if (!integer)
        CHECK(refused(top.get<double>() + 0.001));
      if (type.contains("minimum")) {
        const auto low = type["minimum"];
        CHECK_FALSE(kind.decode(with(kind, name, low)));
        if (integer && low.get<std::int64_t>() > INT64_MIN)
          CHECK(refused(low.get<std::int64_t>() - 1));
        if (!integer)
          CHECK(refused(low.get<double>() - 0.001));
      } else {
        CHECK(refused(type["exclusiveMinimum"]));
      }
    }
  CHECK(bounds > 25);
}

TEST_CASE("null is taken for every field that is not required, a wrong type for none") {
  const auto schemas = document()["components"]["schemas"];
  int fields = 0;
  for (const auto& kind : kinds()) {
    const auto& component = schemas[kind.component];
    std::set<std::string> required;
    if (component.contains("required"))
      required = component["required"].get<std::set<std::string>>();
    for (const auto& [name, schema] : component["properties"].items()) {
      INFO(kind.component << " " << name);
      ++fields;
      if (required.count(name) == 1) {
        auto body = kind.base;
        body.erase(name);
        CHECK(kind.decode(body.dump()));
      } else if (!kind.base.contains(name)) {
        CHECK_FALSE(kind.decode(with(kind, name, nullptr)));
      }
      const auto type = bare(schema);
      const json wrong = type.value("type", "") == "object" ? json(5) : json::object({{"a", {1}}});
      if (type.value("type", "") == "" && !type.contains("anyOf"))
        continue;
      if (type.dump().find(R"("type":"object")") != std::string::npos &&
          type.value("type", "") != "object")
        continue; // one of several types is an object
      const auto failure = kind.decode(with(kind, name, wrong));
      REQUIRE(failure);
      CHECK(failure->param.substr(0, name.size()) == name);
    }
  }
  CHECK(fields > 80);
}

TEST_CASE("every field that chat and completions share is described for both") {
  const auto schemas = document()["components"]["schemas"];
  for (const char* name : {"temperature", "top_k", "min_p", "repetition_penalty", "min_tokens",
                           "stop_token_ids", "no_stop_trim", "ignore_eos", "skip_special_tokens"})
    for (const char* component : {"ChatRequest", "CompletionRequest"})
      CHECK(schemas[component]["properties"].contains(name));
}
