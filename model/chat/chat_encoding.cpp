#include "model/chat/chat_encoding.hpp"

namespace hadal::model {

std::string_view to_string(chat_encoding encoding) noexcept {
  switch (encoding) {
  case chat_encoding::deepseek_v2: return "deepseek-v2";
  case chat_encoding::deepseek_v3: return "deepseek-v3";
  case chat_encoding::deepseek_r1: return "deepseek-r1";
  case chat_encoding::deepseek_v3_1: return "deepseek-v3.1";
  case chat_encoding::deepseek_v3_2: return "deepseek-v3.2";
  }
  return "?";
}

std::optional<chat_encoding> chat_encoding_of(std::string_view name) noexcept {
  for (chat_encoding encoding : chat_encodings)
    if (to_string(encoding) == name)
      return encoding;
  return std::nullopt;
}

chat_encoding choose_chat_encoding(architecture arch, const tokenizer& vocabulary) {
  if (arch == architecture::deepseek_v2)
    return chat_encoding::deepseek_v2;
  return vocabulary.find_added("<think>") ? chat_encoding::deepseek_v3_1
                                          : chat_encoding::deepseek_v3;
}

} // namespace hadal::model
