#include "model/chat/deepseek_formats.hpp"

#include <fmt/core.h>

namespace hadal::model::formats {

result<marked_text> encode_v2(const chat_conversation& c, const chat_boundary_tokens& t) {
  if (!c.tools.empty())
    return fail(error_code::invalid_request, "the deepseek-v2 chat format has no tools", "tools");
  marked_text out;
  out.control(t.bos);
  for (std::size_t i = 0; i < c.messages.size(); ++i) {
    const chat_message& m = c.messages[i];
    if (m.role == "tool")
      return fail(
          error_code::invalid_request,
          fmt::format("messages[{}].role: the deepseek-v2 chat format has no tools", c.place_of(i)),
          fmt::format("messages[{}].role", c.place_of(i)));
    if (!m.tool_calls.empty())
      return fail(error_code::invalid_request,
                  fmt::format("messages[{}].tool_calls: the deepseek-v2 chat format has no tools",
                              c.place_of(i)),
                  fmt::format("messages[{}].tool_calls", c.place_of(i)));
    if (m.role == "assistant") {
      out.control("Assistant: ");
      out.plain(m.content);
      if (!is_left_open(c, i))
        out.control(t.eos);
      continue;
    }
    if (m.role == "user")
      out.control("User: ");
    out.plain(m.content);
    out.control("\n\n");
  }
  if (c.add_generation_prompt && !c.continue_final_message)
    out.control("Assistant:");
  return out;
}

} // namespace hadal::model::formats
