#include "model/chat/deepseek_formats.hpp"
#include "model/chat/tool_text.hpp"

namespace hadal::model::formats {

namespace {

// What stays of an earlier answer: the text after the last end of reasoning.
std::string_view without_reasoning(std::string_view content) {
  constexpr std::string_view end = "</think>";
  const std::size_t at = content.rfind(end);
  return at == std::string_view::npos ? content : content.substr(at + end.size());
}

result<void> append_calls(const chat_message& m, std::size_t message, marked_text& out) {
  out.control("<｜tool▁calls▁begin｜>");
  for (std::size_t j = 0; j < m.tool_calls.size(); ++j) {
    HADAL_TRY_ASSIGN(arguments, shown_arguments(m.tool_calls[j], message, j));
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

// The message that the answer goes on from; its reasoning, if it has some, is shown.
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

void append_result(const chat_conversation& c, std::size_t index, marked_text& out) {
  const bool first = index == 0 || c.messages[index - 1].role != "tool";
  const bool last = index + 1 == c.messages.size() || c.messages[index + 1].role != "tool";
  out.control(first ? "<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>"
                    : "\n<｜tool▁output▁begin｜>");
  out.plain(c.messages[index].content);
  out.control(last ? "<｜tool▁output▁end｜><｜tool▁outputs▁end｜>" : "<｜tool▁output▁end｜>");
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
  // "<｜Assistant｜>" follows a user turn at once; only R1 waits for the answer or the end, so that
  // reasoning can be opened after it. After results of tools there is none.
  bool after_user = false;
  bool after_result = false;
  for (std::size_t i = 0; i < c.messages.size(); ++i) {
    const chat_message& m = c.messages[i];
    if (is_instruction(m))
      continue;
    if (m.role == "user") {
      out.control("<｜User｜>");
      out.plain(m.content);
      if (!opens_reasoning)
        out.control("<｜Assistant｜>");
    } else if (m.role == "tool") {
      append_result(c, i, out);
    } else {
      if (opens_reasoning && !after_result)
        out.control("<｜Assistant｜>");
      if (is_left_open(c, i)) {
        append_open_answer(m, out);
        return out;
      }
      out.plain(without_reasoning(m.content));
      if (!m.tool_calls.empty())
        HADAL_TRY(append_calls(m, i, out));
      out.control(t.eos);
    }
    after_user = m.role == "user";
    after_result = m.role == "tool";
  }
  if (c.add_generation_prompt && !after_result) {
    if (opens_reasoning)
      out.control("<｜Assistant｜><think>\n");
    else if (!after_user)
      out.control("<｜Assistant｜>");
  }
  return out;
}

} // namespace hadal::model::formats
