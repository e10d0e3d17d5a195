#include "model/chat/output/prompt_reasoning.hpp"

#include "model/chat/output/tool_call_markup.hpp"

#include <string_view>

namespace hadal::model {

namespace {

prompt_reasoning last_tag(std::string_view text) noexcept {
  const std::size_t begin = text.rfind(tags::think_begin);
  const std::size_t end = text.rfind(tags::think_end);
  if (begin == std::string_view::npos && end == std::string_view::npos)
    return prompt_reasoning::unmarked;
  if (end == std::string_view::npos)
    return prompt_reasoning::open;
  return begin == std::string_view::npos || begin < end ? prompt_reasoning::closed
                                                        : prompt_reasoning::open;
}

} // namespace

prompt_reasoning reasoning_of(const marked_text& prompt, const chat_conversation& conversation) {
  if (conversation.continue_final_message && !conversation.messages.empty()) {
    const prompt_reasoning said = last_tag(conversation.messages.back().content);
    if (said != prompt_reasoning::unmarked)
      return said;
  }
  const std::string_view text = prompt.text();
  const auto& ranges = prompt.control_ranges();
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    const prompt_reasoning said = last_tag(text.substr(range->begin, range->end - range->begin));
    if (said != prompt_reasoning::unmarked)
      return said;
  }
  return prompt_reasoning::unmarked;
}

bool starts_in_reasoning(reasoning_parser parser, prompt_reasoning prompt) noexcept {
  switch (parser) {
  case reasoning_parser::none: return false;
  case reasoning_parser::deepseek_r1: return prompt != prompt_reasoning::closed;
  case reasoning_parser::deepseek_v3: return prompt == prompt_reasoning::open;
  }
  return false;
}

} // namespace hadal::model
