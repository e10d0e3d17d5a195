#include "model/chat/deepseek_formats.hpp"
#include "model/chat/past_arguments.hpp"
#include "model/chat/tool_text.hpp"

namespace hadal::model::formats {

namespace {

// The part of an earlier answer that is kept: the text after the first end of reasoning.
std::string_view without_reasoning(std::string_view content) {
  constexpr std::string_view end = "</think>";
  const std::size_t at = content.find(end);
  return at == std::string_view::npos ? content : content.substr(at + end.size());
}

result<void> append_calls(const chat_conversation& c, std::size_t message, marked_text& out) {
  const chat_message& m = c.messages[message];
  out.control("<｜tool▁calls▁begin｜>");
  for (std::size_t j = 0; j < m.tool_calls.size(); ++j) {
    HADAL_TRY_ASSIGN(arguments, arguments_text(c, message, j));
    out.control("<｜tool▁call▁begin｜>");
    out.plain(m.tool_calls[j].name);
    out.control("<｜tool▁sep｜>");
    out.plain(arguments);
    out.control("<｜tool▁call▁end｜>");
  }
  out.control("<｜tool▁calls▁end｜>");
  return {};
}

struct turn_state {
  bool after_user = false;
  bool after_result = false;
};

result<void> append_answer(const chat_conversation& c, std::size_t index, turn_state state,
                           bool thinking, const chat_boundary_tokens& t, marked_text& out) {
  const chat_message& m = c.messages[index];
  const bool open = is_left_open(c, index);
  // The last message may begin inside reasoning: by the template's `prefix`, or with reasoning that
  // the answer continues.
  const bool last = index + 1 == c.messages.size();
  const bool in_reasoning = state.after_user && thinking && m.tool_calls.empty() && last &&
                            (m.prefix || (open && !m.reasoning_content.empty()));
  if (state.after_user)
    out.control(in_reasoning ? "<｜Assistant｜><think>" : "<｜Assistant｜></think>");
  if (in_reasoning && !m.reasoning_content.empty()) {
    out.plain(m.reasoning_content);
    if (!m.content.empty() || !open)
      out.control("</think>");
  }
  const bool keeps_reasoning = state.after_result || !m.tool_calls.empty();
  out.plain(keeps_reasoning ? std::string_view(m.content) : without_reasoning(m.content));
  if (!m.tool_calls.empty())
    HADAL_TRY(append_calls(c, index, out));
  if (!open)
    out.control(t.eos);
  return {};
}

} // namespace

result<marked_text> encode_v3_1(const chat_conversation& c, const chat_boundary_tokens& t) {
  const bool thinking = c.thinking.value_or(false);
  marked_text out;
  append_opening(c, t, out);
  if (!c.tools.empty()) {
    out.control("\n\n");
    HADAL_TRY(append_tools_v3_1(c, out));
  }
  turn_state state;
  for (std::size_t i = 0; i < c.messages.size(); ++i) {
    const chat_message& m = c.messages[i];
    if (is_instruction(m))
      continue;
    if (m.role == "user") {
      out.control("<｜User｜>");
      out.plain(m.content);
    } else if (m.role == "tool") {
      out.control("<｜tool▁output▁begin｜>");
      out.plain(m.content);
      out.control("<｜tool▁output▁end｜>");
    } else {
      HADAL_TRY(append_answer(c, i, state, thinking, t, out));
    }
    state = {m.role == "user", m.role == "tool"};
  }
  if (c.add_generation_prompt && state.after_user)
    out.control(thinking ? "<｜Assistant｜><think>" : "<｜Assistant｜></think>");
  return out;
}

} // namespace hadal::model::formats
