#pragma once
// Recognises the `custom_logit_processor` strings that other servers' clients send: a JSON object
// whose `callable` is a pickled class in hexadecimal. Nothing is unpickled: the bytes are compared
// with the few possible pickles of a reference to a known class.

#include <cstdint>
#include <string_view>

namespace hadal::net {

enum class logit_processor : std::uint8_t {
  unknown,
  thinking_budget, // DeepSeekR1ThinkingBudgetLogitProcessor
};

/// `text` is the field's value, made by SGLang's to_str().
logit_processor recognise_logit_processor(std::string_view text);

} // namespace hadal::net
