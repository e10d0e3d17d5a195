#pragma once
// The script of `--device replay`: what is "generated" for which prompt. A file with one JSON
// object per line; empty lines are ignored, unknown members refused.
//
//   {"match": "weather", "text": "It is sunny."}
//   {"pieces": ["<thi", "nk>", "hm"], "delay_ms": 20, "end": "none"}
//
// `match`: a substring of the prompt's text, special tokens' text included; absent or empty: every
// prompt. `text` is tokenized as the model would write it; each of `pieces` is one token of exactly
// that text. `end`: "eos" (the default), or "none": the last token is repeated to max_tokens.

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

struct replay_line {
  std::size_t number = 0; // in the file, from 1
  std::string match;
  bool is_text = false; // then `pieces` is the whole text, still to be tokenized
  std::vector<std::string> pieces;
  std::uint32_t delay_us = 0; // before each token
  bool ends = true;           // false: the last token is repeated
};

struct replay_script {
  std::string file; // as errors name it
  std::vector<replay_line> lines;

  /// The texts that must each be one token, for the tokenizer's vocabulary_extension.
  std::vector<std::string> token_texts() const;
};

/// Errors: invalid_config; the message names file and line, `param` is the file.
result<replay_script> parse_replay_script(std::string_view text, const std::string& file);

/// The same from a file of at most limits::replay_file_bytes_max. Errors: io_error too.
result<replay_script> load_replay_script(const std::filesystem::path& file);

/// The error of a line, as parse_replay_script gives it.
error replay_error(const std::string& file, std::size_t line, const std::string& what);

} // namespace hadal::model
