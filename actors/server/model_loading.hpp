#pragma once
// Loads for `hadal serve`: config, tokenizer, chat encoder, and the executor that the shard will
// own.

#include "actors/protocol/loader.hpp"
#include "actors/server/options.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace hadal::server {

/// A model to load, its location resolved to a folder.
struct model_source {
  std::filesystem::path directory;
  std::string name; // as the operator gave it
};

/// Reads everything and makes the executor; blocks. Called again after a shard has died. The
/// answer's failure: io_error, invalid_config, unsupported_model, invalid_checkpoint,
/// invalid_tokenizer, out_of_memory; message and param name file, tensor or flag.
protocol::loaded_model load_everything(const serve_options& options, const model_source& where);

} // namespace hadal::server
