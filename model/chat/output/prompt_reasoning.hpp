#pragma once
// Whether a prompt opens or closes the reasoning: with the parser this decides what the answer
// begins in.

#include "model/chat/chat_conversation.hpp"
#include "model/chat/output/output_parsers.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <cstdint>

namespace hadal::model {

enum class prompt_reasoning : std::uint8_t {
  unmarked, // the prompt has no such tag
  open,     // the prompt's last tag is <think>: the answer begins inside
  closed,   // the prompt's last tag is </think>
};

/// By the last tag in the template's own text; with continue_final_message by the last tag in the
/// continued message, if it has one. No other text of a client counts.
prompt_reasoning reasoning_of(const marked_text& prompt, const chat_conversation& conversation);

/// Whether the answer begins inside its reasoning: deepseek-r1 unless the prompt closed it,
/// deepseek-v3 if the prompt opened it.
bool starts_in_reasoning(reasoning_parser parser, prompt_reasoning prompt) noexcept;

} // namespace hadal::model
