#pragma once
// Tool definitions as text at the begin of a conversation, in the wording of each format.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/tokenizer/marked_text.hpp"

namespace hadal::model::formats {

/// The wording that V3.1's checkpoints were trained on. Errors of all three: invalid_request with
/// the field of the tool at fault.
result<void> append_tools_v3_1(const chat_conversation& c, marked_text& out);

/// Hadal's wording for V3, V3-0324 and R1, whose templates list no tools; the default model was
/// trained on it.
result<void> append_tools_v3(const chat_conversation& c, marked_text& out);

/// The wording that V3.2's checkpoints were trained on; ends in a line break.
result<void> append_tools_v3_2(const chat_conversation& c, marked_text& out);

} // namespace hadal::model::formats
