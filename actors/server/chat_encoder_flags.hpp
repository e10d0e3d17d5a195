#pragma once
// Chooses the chat encoder from the flags and the checkpoint, for the server and for `hadal
// doctor`.

#include "actors/server/options.hpp"
#include "base/result.hpp"
#include "model/chat/encoder_choice.hpp"

#include <filesystem>

namespace hadal::server {

/// The encoder of chat prompts by the flags and the checkpoint; `directory` is the
/// tokenizer's. Errors: invalid_config, invalid_tokenizer, io_error; message and param name
/// flag or file.
result<model::chosen_encoder> chat_encoder_for(const serve_options& options,
                                               const std::filesystem::path& directory,
                                               model::architecture arch,
                                               const model::tokenizer& vocabulary);

} // namespace hadal::server
