#pragma once
// The chat formats that DeepSeek's checkpoints were trained on, by name, and the choice of the one
// for a checkpoint.

#include "model/config/model_config.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hadal::model {

enum class chat_encoding : std::uint8_t {
  deepseek_v2,   // "User: ...", no tools
  deepseek_v3,   // V3, V3-0324, R1-0528
  deepseek_r1,   // R1 and its distills: the prompt opens the reasoning
  deepseek_v3_1, // V3.1, V3.1-Terminus: thinking switched by the request
  deepseek_v3_2, // V3.2: tools in DSML
};

inline constexpr std::array chat_encodings = {
    chat_encoding::deepseek_v2, chat_encoding::deepseek_v3, chat_encoding::deepseek_r1,
    chat_encoding::deepseek_v3_1, chat_encoding::deepseek_v3_2};

/// "deepseek-v3.1" and so on, as in --chat-encoding.
std::string_view to_string(chat_encoding encoding) noexcept;

/// Empty for an unknown name.
std::optional<chat_encoding> chat_encoding_of(std::string_view name) noexcept;

/// V2 for the V2 architecture; for V3, V3.1 where "<think>" is an added token, else V3.
chat_encoding choose_chat_encoding(architecture arch, const tokenizer& vocabulary);

} // namespace hadal::model
