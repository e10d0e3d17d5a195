#include "actors/session/tool_constraint.hpp"

#include "model/chat/output/tool_call_markup.hpp"
#include "model/grammar/json_text.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace hadal::actors {

namespace {

/// Whose arguments follow the function's `parameters`.
enum class bound_tools : std::uint8_t { strict, all };

/// The part of a call between the function's name and the end, as part of a structural tag.
std::string arguments_of(const net::tool_definition& tool, bound_tools bound) {
  if (tool.arguments_schema.empty())
    return R"({"type":"const_string","value":"{}"})";
  const bool is_bound = tool.strict || bound == bound_tools::all;
  return fmt::format(R"({{"type":"json_schema","json_schema":{}}})",
                     is_bound ? tool.arguments_schema : R"({"type":"object"})");
}

/// One call of any of these functions, or several, as the format writes them between the block's
/// tags.
std::string calls_of(const std::vector<const net::tool_definition*>& tools,
                     const model::tool_call_markup& markup, bound_tools bound, bool several) {
  std::string tags;
  for (const auto* tool : tools)
    tags += fmt::format(
        R"({}{{"begin":{},"content":{},"end":{}}})", tags.empty() ? "" : ",",
        model::quoted_json(fmt::format("{}{}{}", markup.call_begin, tool->name, markup.after_name)),
        arguments_of(*tool, bound), model::quoted_json(markup.call_end));
  return fmt::format(R"({{"type":"tags_with_separator","tags":[{}],"separator":{},)"
                     R"("at_least_one":true,"stop_after_first":{}}})",
                     tags, model::quoted_json(markup.separator), !several);
}

bool is_forced(net::tool_choice choice) {
  return choice == net::tool_choice::required || choice == net::tool_choice::named;
}

} // namespace

bool calls_in_place(const net::chat_request& request, const protocol::model_facts& facts) {
  return request.generation.constraint && request.choice == net::tool_choice::automatic &&
         facts.tool_call_parser != model::tool_call_parser_kind::none;
}

result<std::optional<tool_constraint>> tool_constraint_of(const net::chat_request& request,
                                                          const protocol::model_facts& facts) {
  const bool forced = is_forced(request.choice);
  const bool in_place = calls_in_place(request, facts);
  const auto& all = request.chat.tools;
  const bool strict = request.choice == net::tool_choice::automatic &&
                      !request.generation.constraint &&
                      std::any_of(all.begin(), all.end(), [](const auto& t) { return t.strict; });
  if (!forced && !in_place && !strict)
    return std::nullopt;
  const std::string param = forced ? "tool_choice" : "tools";
  if (facts.tool_call_parser == model::tool_call_parser_kind::none)
    return fail(error_code::invalid_request,
                "Calls can be bound only in a call format, and the server runs without one "
                "(--tool-call-parser).",
                param);
  std::vector<const net::tool_definition*> tools;
  for (const auto& tool : all)
    if (request.choice != net::tool_choice::named || tool.name == request.named_tool)
      tools.push_back(&tool);
  const auto& markup = model::markup_of(facts.tool_call_parser);
  const auto source_of = [&](bound_tools bound) {
    const auto calls = calls_of(tools, markup, bound, request.parallel_tool_calls);
    const auto begin = model::quoted_json(markup.block_begin);
    const auto end = model::quoted_json(markup.block_end);
    const auto format = strict
                            ? fmt::format(R"({{"type":"triggered_tags","triggers":[{0}],"tags":[)"
                                          R"({{"begin":{0},"content":{1},"end":{2}}}]}})",
                                          begin, calls, end)
                            : fmt::format(R"({{"type":"tag","begin":{},"content":{},"end":{}}})",
                                          begin, calls, end);
    return model::constraint_source{model::constraint_kind::structural_tag,
                                    fmt::format(R"({{"format":{}}})", format), param};
  };
  auto least = source_of(bound_tools::strict);
  if (strict)
    return tool_constraint{std::move(least), std::nullopt, {}};
  const std::string begin_in_place(in_place ? markup.block_begin : std::string_view());
  auto most = source_of(bound_tools::all);
  if (most == least)
    return tool_constraint{std::move(least), std::nullopt, begin_in_place};
  return tool_constraint{std::move(most), std::move(least), begin_in_place};
}

} // namespace hadal::actors
