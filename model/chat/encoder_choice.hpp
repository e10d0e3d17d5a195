#pragma once
// Which encoder writes a model's prompts. A checkpoint's own chat template decides: the native
// encoder that writes the same bytes for a set of conversations is taken, else the template itself.
//
// Where the template is looked for: chat_template.jinja beside the tokenizer (and
// additional_chat_templates/tool_use.jinja), else `chat_template` of tokenizer_config.json.

#include "base/result.hpp"
#include "model/chat/chat_encoder.hpp"
#include "model/chat/chat_template.hpp"
#include "model/config/model_config.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hadal::model {

struct encoder_wish {
  architecture arch = architecture::deepseek_v3;
  std::optional<chat_encoding> named; // --chat-encoding: nothing else is asked
  std::string template_file;          // --chat-template; empty: the checkpoint's own
  templates::wall_clock clock;        // the local time, for templates that show it
};

struct chosen_encoder {
  std::shared_ptr<const chat_encoder> encoder;
  std::string name;   // "deepseek-v3.1", or "the template of FILE"
  std::string reason; // why, for the log
};

/// `directory` is the tokenizer's. Errors: invalid_config or invalid_tokenizer, naming the file and
/// the line of the template, for one that cannot be read or compiled.
result<chosen_encoder> choose_chat_encoder(const encoder_wish& wish,
                                           const std::filesystem::path& directory,
                                           const tokenizer& vocabulary);

/// What the templates are tried with: systems, turns, reasoning, calls and results, thinking on and
/// off. With tools where `shows_tools`, with ends of reasoning in texts where `cuts_reasoning`.
std::vector<chat_conversation> choice_conversations(bool shows_tools, bool cuts_reasoning);

} // namespace hadal::model
