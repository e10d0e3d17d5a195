#pragma once
// Puts the results of tool calls in the order of their calls. A prompt has no ids: for the model
// the position of a result decides which call it answers, so every encoder and template gets a
// conversation with results in the right positions.
//
// A result with a `tool_call_id` answers the call of that id in the latest assistant message before
// it that has one. The results of a message's calls directly follow that message, in the order of
// the calls; if only some calls have a result, the others get an empty one. Results without an id
// keep their positions and order.

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"

namespace hadal::model {

/// The conversation with its results in order; `places` has the index of each message in the
/// request. Errors: invalid_request naming "messages[i].tool_call_id" of a result whose id answers
/// no call since the last answer without calls, or one that has its result already, and of a result
/// without an id beside others of the same message that have one.
result<chat_conversation> with_results_in_order(const chat_conversation& c);

} // namespace hadal::model
