#pragma once
// Results of tool calls, put in the order of their calls. A prompt has no ids: a model knows by its
// place which call a result answers, so every encoder and template sees a conversation in which
// that place is right.
//
// A result with a `tool_call_id` answers the call of that id in the latest assistant message before
// it that has one. The results of a message's calls stand right behind that message, in the order
// of the calls; where only some of its calls have a result, the others have an empty one. Results
// without an id stay where they are, in their order.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"

namespace hadal::model {

/// The conversation with its results in order; `places` says where each message stood. Errors:
/// invalid_request naming "messages[i].tool_call_id" of a result whose id answers no call since the
/// last answer without calls, or one that has its result already, and of a result without an id
/// beside others of the same message that have one.
result<chat_conversation> with_results_in_order(const chat_conversation& c);

} // namespace hadal::model
