#include "net/native/parse_request.hpp"

#include "net/openai/decode_parts.hpp"
#include "net/openai/json_text.hpp"

namespace hadal::net {

namespace {

void read_text(field_reader& body, std::string& out) {
  if (!body.find("text"))
    return body.failure().set("text", "`text` is missing.");
  body.read("text", out);
}

} // namespace

result<separate_reasoning_request> decode_separate_reasoning(std::string_view body) {
  return decode_body<separate_reasoning_request>(
      body, [](field_reader& fields, separate_reasoning_request& out) {
        read_text(fields, out.text);
        fields.read("reasoning_parser", out.reasoning_parser);
      });
}

result<parse_function_call_request> decode_parse_function_call(std::string_view body) {
  return decode_body<parse_function_call_request>(
      body, [](field_reader& fields, parse_function_call_request& out) {
        read_text(fields, out.text);
        read_tools(fields, out.tools);
        fields.read("tool_call_parser", out.tool_call_parser);
      });
}

http_response separate_reasoning_response(std::string_view reasoning, std::string_view text) {
  http_response response;
  response.body = R"({"reasoning_text":)";
  append_json_string(response.body, reasoning);
  response.body += R"(,"text":)";
  append_json_string(response.body, text);
  response.body += '}';
  return response;
}

http_response parse_function_call_response(std::string_view normal_text,
                                           std::span<const parsed_call> calls) {
  http_response response;
  std::string& out = response.body;
  out = R"({"normal_text":)";
  append_json_string(out, normal_text);
  out += R"(,"calls":[)";
  for (std::size_t i = 0; i < calls.size(); ++i) {
    out += i > 0 ? R"(,{"tool_index":)" : R"({"tool_index":)";
    append_json_integer(out, std::uint64_t{i});
    out += R"(,"name":)";
    append_json_string(out, calls[i].name);
    out += R"(,"parameters":)";
    append_json_string(out, calls[i].parameters);
    out += '}';
  }
  out += "]}";
  return response;
}

} // namespace hadal::net
