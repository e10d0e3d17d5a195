#include "model/chat/deepseek_formats.hpp"
#include "model/chat/past_arguments.hpp"
#include "model/chat/tool_text.hpp"

namespace hadal::model::formats {

namespace {

// The part of an earlier answer that is kept: the text after the last end of reasoning.
std::string_view without_reasoning(std::string_view content) {
  constexpr std::string_view end = "</think>";
  const std::size_t at = content.rfind(end);
  return at == std::string_view::npos ? content : content.substr(at + end.size());
}

result<void> append_calls(const chat_conversation& c, std::size_t message, marked_text& out) {
  const chat_message& m = c.messages[message];
  out.control("<｜tool▁calls▁begin｜>");
  for (std::size_t j = 0; j < m.tool_calls.size(); ++j) {
    HADAL_TRY_ASSIGN(arguments, arguments_text(c, message, j));
    out.control(j == 0 ? "" : "\n");
    out.control("<｜tool▁call▁begin｜>function<｜tool▁sep｜>");
    out.plain(m.tool_calls[j].name);
    out.control("\n```json\n");
    out.plain(arguments);
    out.control("\n```<｜tool▁call▁end｜>");
  }
  out.control("<｜tool▁calls▁end｜>");
  return {};
}

// The message that the answer continues, with its reasoning if it has some.
void append_open_answer(const chat_message& m, marked_text& out) {
  if (!m.reasoning_content.empty()) {
    out.control("<think>\n");
    out.plain(m.reasoning_content);
    if (m.content.empty())
      return;
    out.control("\n</think>\n\n");
  }
  out.plain(without_reasoning(m.content));
}

// The state of the templates between messages. Instructions do not change it.
struct turn_state {
  bool after_user = false;
  bool after_result = false;      // a block of results is open
  bool first_result_opens = true; // until a result comes; again after calls
};

void append_result(const chat_message& m, turn_state& state, marked_text& out) {
  out.control(state.first_result_opens ? "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>"
                                       : "\n<｜tool▁output▁begin｜>");
  out.plain(m.content);
  out.control("<｜tool▁output▁end｜>");
  state = {false, true, false};
}

// As in the templates, an assistant's message closes the block of results and a user's does not;
// only an answer without calls and without a result before it loses its reasoning.
result<void> append_answer(const chat_conversation& c, std::size_t index, turn_state& state,
                           const chat_boundary_tokens& t, marked_text& out) {
  const chat_message& m = c.messages[index];
  if (m.tool_calls.empty()) {
    out.plain(state.after_result ? std::string_view(m.content) : without_reasoning(m.content));
  } else {
    out.plain(m.content);
    HADAL_TRY(append_calls(c, index, out));
    state.first_result_opens = true;
  }
  out.control(t.eos);
  state.after_user = state.after_result = false;
  return {};
}

} // namespace

result<marked_text> encode_v3(const chat_conversation& c, const chat_boundary_tokens& t,
                              bool opens_reasoning) {
  marked_text out;
  append_opening(c, t, out);
  if (!c.tools.empty()) {
    out.control("\n\n");
    HADAL_TRY(append_tools_v3(c, out));
  }
  // "<｜Assistant｜>" follows a user turn at once; R1 writes it before the answer or at the end, so
  // that it can open the reasoning after it. After results of tools it is not written.
  turn_state state;
  for (std::size_t i = 0; i < c.messages.size(); ++i) {
    const chat_message& m = c.messages[i];
    if (is_instruction(m))
      continue;
    if (m.role == "user") {
      out.control("<｜User｜>");
      out.plain(m.content);
      if (!opens_reasoning)
        out.control("<｜Assistant｜>");
      state.after_user = true;
      state.after_result = false;
    } else if (m.role == "tool") {
      append_result(m, state, out);
    } else {
      if (state.after_result)
        out.control("<｜tool▁outputs▁end｜>");
      else if (opens_reasoning)
        out.control("<｜Assistant｜>");
      if (is_left_open(c, i)) {
        append_open_answer(m, out);
        return out;
      }
      HADAL_TRY(append_answer(c, i, state, t, out));
    }
  }
  if (state.after_result)
    out.control("<｜tool▁outputs▁end｜>");
  if (c.add_generation_prompt && !state.after_result) {
    if (opens_reasoning)
      out.control("<｜Assistant｜><think>\n");
    else if (!state.after_user)
      out.control("<｜Assistant｜>");
  }
  return out;
}

} // namespace hadal::model::formats
