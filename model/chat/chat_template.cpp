#include "model/chat/chat_template.hpp"

#include "model/chat/template/marked_slices.hpp"
#include "model/chat/template/python_text.hpp"
#include "model/chat/template_values.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hadal::model {

namespace {

using templates::jinja_template;

result<jinja_template> compile_one(const std::string& origin, const std::string& text) {
  auto compiled = jinja_template::compile(text);
  if (!compiled)
    return fail(compiled.error().code, fmt::format("{}, {}", origin, compiled.error().message),
                origin);
  return compiled;
}

const std::string* find_text(const chat_template_texts& texts, std::string_view name) {
  for (const auto& t : texts.templates)
    if (t.name == name)
      return &t.text;
  return nullptr;
}

// A text that occurs nowhere in the conversation, so that its place in the prompt is unique.
std::string mark_for(const chat_conversation& c) {
  for (std::size_t i = 0;; ++i) {
    std::string mark = fmt::format("[the answer goes on here {}]", i);
    const auto has_mark = [&](const chat_message& m) {
      return m.content.find(mark) != std::string::npos ||
             m.reasoning_content.find(mark) != std::string::npos;
    };
    if (std::none_of(c.messages.begin(), c.messages.end(), has_mark))
      return mark;
  }
}

} // namespace

chat_template::chat_template(jinja_template usual, std::optional<jinja_template> with_tools,
                             template_tokens tokens, templates::wall_clock clock,
                             std::string origin)
  : usual_(std::move(usual)), with_tools_(std::move(with_tools)), tokens_(std::move(tokens)),
    clock_(std::move(clock)), origin_(std::move(origin)), form_(arguments_form::text) {
  form_ = probed_form();
}

result<chat_template> chat_template::compile(const chat_template_texts& texts,
                                             template_tokens tokens, templates::wall_clock clock) {
  const std::string* usual = find_text(texts, "default");
  if (usual == nullptr && texts.templates.size() == 1)
    usual = &texts.templates.front().text;
  if (usual == nullptr)
    return fail(error_code::invalid_config,
                fmt::format("{}: expected a template named \"default\"", texts.origin),
                texts.origin);
  HADAL_TRY_ASSIGN(compiled, compile_one(texts.origin, *usual));
  std::optional<jinja_template> with_tools;
  if (const std::string* text = find_text(texts, "tool_use")) {
    HADAL_TRY_ASSIGN(second, compile_one(texts.origin, *text));
    with_tools = std::move(second);
  }
  return chat_template(std::move(compiled), std::move(with_tools), std::move(tokens),
                       std::move(clock), texts.origin);
}

// Some templates append the arguments to a string, others write them as JSON. Rendering a call with
// known arguments shows which: if they are given as text, they must appear unchanged.
arguments_form chat_template::probed_form() const {
  chat_conversation c;
  c.messages.resize(2);
  c.messages[0].role = "user";
  c.messages[0].content = "?";
  c.messages[1].role = "assistant";
  c.messages[1].content_null = true;
  c.messages[1].tool_calls.push_back({"call_0", "probe", R"({"probed": 1})", false});
  const auto shows = [this, &c](arguments_form form, std::string_view wanted) {
    const auto text = render_whole(c, form, trial_limits());
    return text && text->text().find(wanted) != std::string::npos;
  };
  if (!shows(arguments_form::text, R"({"probed": 1})") && shows(arguments_form::object, "probed") &&
      !shows(arguments_form::object, R"(\"probed)"))
    return arguments_form::object;
  return arguments_form::text;
}

bool chat_template::reads(std::string_view name) const {
  return (with_tools_ ? *with_tools_ : usual_).reads(name);
}

result<marked_text> chat_template::render_whole(const chat_conversation& c, arguments_form form,
                                                const templates::run_limits& limits) const {
  templates::template_names names;
  HADAL_TRY_ASSIGN(messages, template_messages(c, form));
  names.emplace_back("messages", std::move(messages));
  HADAL_TRY_ASSIGN(tools, template_tools(c));
  names.emplace_back("tools", std::move(tools));
  names.emplace_back("documents", templates::make_none());
  names.emplace_back("add_generation_prompt",
                     templates::make_bool(c.add_generation_prompt && !c.continue_final_message));
  const auto add_token = [&names](const char* name, const std::optional<std::string>& text) {
    if (text)
      names.emplace_back(name, templates::make_control(*text));
  };
  add_token("bos_token", tokens_.bos);
  add_token("eos_token", tokens_.eos);
  add_token("pad_token", tokens_.pad);
  HADAL_TRY_ASSIGN(arguments, template_arguments(c));
  for (auto& given : arguments)
    names.push_back(std::move(given));
  const jinja_template& used = with_tools_ && !c.tools.empty() ? *with_tools_ : usual_;
  return used.render(names, limits, clock_);
}

// The prompt up to the end of the last message's text.
result<marked_text> chat_template::render_open(const chat_conversation& c,
                                               const templates::run_limits& limits) const {
  const std::string mark = mark_for(c);
  chat_conversation marked = c;
  chat_message& last = marked.messages.back();
  last.content_null = false;
  // The blank shows whether the template trims messages: then it is missing.
  last.content += mark + ' ';
  HADAL_TRY_ASSIGN(text, render_whole(marked, form_, limits));
  const std::size_t at = text.text().rfind(mark);
  if (at == std::string::npos)
    return fail(error_code::invalid_request,
                "continue_final_message: the chat template does not show the last message's text",
                "continue_final_message");
  const std::string_view before = std::string_view(text.text()).substr(0, at);
  const bool trims = text.text().compare(at + mark.size(), 1, " ") != 0;
  return templates::slice_of(
      text, 0, trims ? templates::size_without_trailing_space(before) : before.size());
}

result<marked_text> chat_template::render(const chat_conversation& c,
                                          const templates::run_limits& limits) const {
  return c.continue_final_message ? render_open(c, limits) : render_whole(c, form_, limits);
}

templates::run_limits chat_template::trial_limits() {
  templates::run_limits limits;
  limits.steps = 200'000;
  return limits;
}

} // namespace hadal::model
