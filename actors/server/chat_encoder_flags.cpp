#include "actors/server/chat_encoder_flags.hpp"

#include <ctime>
#include <fmt/core.h>

namespace hadal::server {

result<model::chosen_encoder> chat_encoder_for(const serve_options& options,
                                               const std::filesystem::path& directory,
                                               model::architecture arch,
                                               const model::tokenizer& vocabulary) {
  model::encoder_wish wish;
  wish.arch = arch;
  wish.template_file = options.chat_template;
  wish.clock = [] {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return local;
  };
  if (!options.chat_encoding.empty()) {
    wish.named = model::chat_encoding_of(options.chat_encoding);
    if (!wish.named)
      return fail(error_code::invalid_config,
                  fmt::format("--chat-encoding: there is no encoding '{}'", options.chat_encoding),
                  "--chat-encoding");
  }
  return model::choose_chat_encoder(wish, directory, vocabulary);
}

} // namespace hadal::server
