#pragma once
// How chats become prompts, from the flags and the checkpoint: for the server and for `hadal
// doctor`.

#include "actors/server/options.hpp"
#include "base/result.hpp"
#include "model/chat/encoder_choice.hpp"

#include <filesystem>

namespace hadal::server {

/// The encoder of chat prompts that the flags and the checkpoint in `directory`, the tokenizer's,
/// ask for. Errors: invalid_config, invalid_tokenizer, io_error; message and param name flag or
/// file.
result<model::chosen_encoder> chat_encoder_for(const serve_options& options,
                                               const std::filesystem::path& directory,
                                               model::architecture arch,
                                               const model::tokenizer& vocabulary);

} // namespace hadal::server
