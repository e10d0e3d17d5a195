#include "model/chat/chat_encoder.hpp"

#include "base/assert.hpp"
#include "model/chat/chat_template.hpp"
#include "model/chat/deepseek_formats.hpp"
#include "model/chat/tool_results.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace hadal::model {

namespace formats {

void append_opening(const chat_conversation& c, const chat_boundary_tokens& t, marked_text& out) {
  out.control(t.bos);
  bool first = true;
  for (const chat_message& m : c.messages) {
    if (!is_instruction(m))
      continue;
    if (!first)
      out.control("\n\n");
    out.plain(m.content);
    first = false;
  }
}

} // namespace formats

namespace {

constexpr std::array<std::string_view, 5> roles = {"system", "developer", "user", "assistant",
                                                   "tool"};

std::string text_or(const tokenizer& vocabulary, std::optional<token_id> id, std::string fallback) {
  return id ? std::string(vocabulary.token_bytes(*id)) : fallback;
}

result<void> check(const chat_conversation& c) {
  if (c.messages.empty())
    return fail(error_code::invalid_request, "messages: must not be empty", "messages");
  for (std::size_t i = 0; i < c.messages.size(); ++i) {
    const chat_message& m = c.messages[i];
    if (std::find(roles.begin(), roles.end(), m.role) == roles.end())
      return fail(error_code::invalid_request,
                  fmt::format("messages[{}].role: \"{}\" is not one of system, developer, user, "
                              "assistant, tool",
                              i, m.role),
                  fmt::format("messages[{}].role", i));
    if (m.role != "assistant" && !m.tool_calls.empty())
      return fail(error_code::invalid_request,
                  fmt::format("messages[{}].tool_calls: only assistant messages have calls", i),
                  fmt::format("messages[{}].tool_calls", i));
  }
  if (c.continue_final_message &&
      (c.messages.back().role != "assistant" || !c.messages.back().tool_calls.empty()))
    return fail(error_code::invalid_request,
                "continue_final_message: the last message must be the assistant's, without "
                "tool_calls",
                "continue_final_message");
  return {};
}

} // namespace

chat_encoder::chat_encoder(chat_encoding encoding, const tokenizer& vocabulary)
  : encoding_(encoding) {
  tokens_.bos = text_or(vocabulary, vocabulary.bos_id(), tokens_.bos);
  tokens_.eos = text_or(vocabulary, vocabulary.eos_id(), tokens_.eos);
}

result<marked_text> chat_encoder::encode(const chat_conversation& conversation) const {
  HADAL_TRY(check(conversation));
  const auto is_result = [](const chat_message& m) { return m.role == "tool"; };
  if (std::none_of(conversation.messages.begin(), conversation.messages.end(), is_result))
    return write(conversation);
  HADAL_TRY_ASSIGN(ordered, with_results_in_order(conversation));
  return write(ordered);
}

result<marked_text> chat_encoder::write(const chat_conversation& c) const {
  if (template_)
    return template_->render(c);
  switch (encoding_) {
  case chat_encoding::deepseek_v2: return formats::encode_v2(c, tokens_);
  case chat_encoding::deepseek_v3: return formats::encode_v3(c, tokens_, false);
  case chat_encoding::deepseek_r1: return formats::encode_v3(c, tokens_, true);
  case chat_encoding::deepseek_v3_1: return formats::encode_v3_1(c, tokens_);
  case chat_encoding::deepseek_v3_2: return formats::encode_v3_2(c, tokens_);
  }
  HADAL_ASSERT(false);
}

} // namespace hadal::model
