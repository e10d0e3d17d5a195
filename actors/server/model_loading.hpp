#pragma once
// Loads for `hadal serve`: config, tokenizer and chat encoder once, and an executor for each shard.

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

/// Reads everything but the weights; blocks. Called once. The answer's failure: io_error,
/// invalid_config, unsupported_model, invalid_tokenizer; message and param name file or flag. Its
/// maker of executors fails with io_error, unsupported_model, invalid_checkpoint, out_of_memory;
/// message and param name file, tensor or flag.
protocol::text_loaded load_text(const serve_options& options, const model_source& where);

} // namespace hadal::server
