#include "actors/gateway/parsed_texts.hpp"

#include "model/chat/output/answer_splitter.hpp"

#include <fmt/core.h>

namespace hadal::actors {

namespace {

/// The message's parts, joined.
struct joined_answer {
  std::string reasoning;
  std::string content;
  std::vector<net::parsed_call> calls;
};

joined_answer take_apart(const model::answer_format& format, const std::string& text) {
  model::answer_splitter splitter(format);
  joined_answer all;
  const auto add = [&](const model::output_delta& delta) {
    all.reasoning += delta.reasoning;
    all.content += delta.content;
    for (const auto& piece : delta.calls) {
      if (piece.index >= all.calls.size())
        all.calls.resize(piece.index + 1);
      all.calls[piece.index].name += piece.name;
      all.calls[piece.index].parameters += piece.arguments;
    }
  };
  add(splitter.push(text));
  if (!splitter.done())
    add(splitter.finish({}));
  return all;
}

error unknown(const char* field, const std::string& name) {
  return {error_code::invalid_request, fmt::format("`{}`: there is no parser '{}'", field, name),
          field};
}

} // namespace

result<net::http_response> separate_reasoning(const net::separate_reasoning_request& request,
                                              model::reasoning_parser own) {
  model::answer_format format;
  format.reasoning = own;
  if (!request.reasoning_parser.empty()) {
    const auto named = model::reasoning_parser_of(request.reasoning_parser);
    if (!named)
      return fail(unknown("reasoning_parser", request.reasoning_parser));
    format.reasoning = *named;
  }
  format.starts_in_reasoning = format.reasoning == model::reasoning_parser::deepseek_r1;
  const auto parts = take_apart(format, request.text);
  return net::separate_reasoning_response(parts.reasoning, parts.content);
}

result<net::http_response> parse_function_call(const net::parse_function_call_request& request,
                                               model::tool_call_parser_kind own) {
  model::answer_format format;
  format.tools = own;
  if (!request.tool_call_parser.empty()) {
    const auto named = model::tool_call_parser_of(request.tool_call_parser);
    if (!named)
      return fail(unknown("tool_call_parser", request.tool_call_parser));
    format.tools = *named;
  }
  const auto parts = take_apart(format, request.text);
  return net::parse_function_call_response(parts.content, parts.calls);
}

} // namespace hadal::actors
