#pragma once
// Where a prompt leaves the reasoning: what the answer begins in follows from it and from the
// parser in use.

#include "model/chat/chat_conversation.hpp"
#include "model/chat/output/output_parsers.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <cstdint>

namespace hadal::model {

enum class prompt_reasoning : std::uint8_t {
  unmarked, // the prompt says nothing about it
  open,     // the prompt's last tag is <think>: the answer goes on inside
  closed,   // the prompt's last tag is </think>
};

/// What the last tag of the template's own text says; with continue_final_message the last tag in
/// the message that is continued, if it has one. No other text of a client counts.
prompt_reasoning reasoning_of(const marked_text& prompt, const chat_conversation& conversation);

/// Whether the answer begins inside its reasoning: deepseek-r1 unless the prompt closed it,
/// deepseek-v3 where the prompt opened it.
bool starts_in_reasoning(reasoning_parser parser, prompt_reasoning prompt) noexcept;

} // namespace hadal::model
