#pragma once
// Resolves `--model-path` to a directory with a config.json: a local directory, or a hub id
// ("org/name") in the Hugging Face cache. Nothing is downloaded.
//
// The cache's root is $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else $HF_HOME/hub, else
// $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub. A model is
// models--{org}--{name}/snapshots/{hash}, where refs/{revision} contains the hash, or the revision
// is the hash itself.

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace hadal::model {

/// The environment variables that locate the cache; empty means unset.
struct hub_environment {
  std::string hf_hub_cache;
  std::string huggingface_hub_cache;
  std::string hf_home;
  std::string xdg_cache_home;
  std::string home;

  static hub_environment of_process();
};

std::filesystem::path hub_cache_root(const hub_environment& environment);

struct model_location {
  std::filesystem::path directory;
  std::string commit; // of a hub id; empty for a local directory
};

/// An existing path is taken as a directory, any other as a hub id; `revision` (empty: "main") is
/// for hub ids only. Errors, all with param "model_path" and every place that was searched:
/// io_error (no such path, not a directory, no config.json, not in the cache, revision not in the
/// cache), invalid_config (a malformed revision).
result<model_location> locate_model(const std::string& model_path, const std::string& revision,
                                    const hub_environment& environment);

} // namespace hadal::model
