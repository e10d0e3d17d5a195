#pragma once
// One function per chat format, and their shared code. For the sources of this folder only. The
// conversation has passed chat_encoder's checks: it has messages, all roles are known, the results
// of calls are in the order of the calls, and continue_final_message is set only where the last
// message is an assistant's without calls.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/chat_encoder.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hadal::model::formats {

result<marked_text> encode_v2(const chat_conversation& c, const chat_boundary_tokens& t);
/// V3, V3-0324, R1-0528; with `opens_reasoning` R1, whose generation prompt ends in "<think>\n".
result<marked_text> encode_v3(const chat_conversation& c, const chat_boundary_tokens& t,
                              bool opens_reasoning);
result<marked_text> encode_v3_1(const chat_conversation& c, const chat_boundary_tokens& t);
result<marked_text> encode_v3_2(const chat_conversation& c, const chat_boundary_tokens& t);

/// System and developer messages carry instructions; only V3.2 distinguishes them.
inline bool is_instruction(const chat_message& m) {
  return m.role == "system" || m.role == "developer";
}

/// True for the message that continue_final_message leaves open.
inline bool is_left_open(const chat_conversation& c, std::size_t index) {
  return c.continue_final_message && index + 1 == c.messages.size();
}

/// BOS and all instructions of the conversation, joined by empty lines.
void append_opening(const chat_conversation& c, const chat_boundary_tokens& t, marked_text& out);

} // namespace hadal::model::formats
