#pragma once
// Chooses the encoder of a model's prompts by the checkpoint's chat template: the native encoder
// that writes the same bytes for a set of conversations, else the template itself.
//
// The template is searched for in chat_template.jinja beside the tokenizer (and
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
  std::optional<chat_encoding> named; // --chat-encoding: taken without comparison
  std::string template_file;          // --chat-template; empty: the checkpoint's own
  templates::wall_clock clock;        // the local time, for templates that print it
};

struct chosen_encoder {
  std::shared_ptr<const chat_encoder> encoder;
  std::string name;   // "deepseek-v3.1", or "the template of FILE"
  std::string reason; // the reason, for the log
};

/// `directory` is the tokenizer's. Errors: invalid_config or invalid_tokenizer, naming the file and
/// the line of the template, for one that cannot be read or compiled.
result<chosen_encoder> choose_chat_encoder(const encoder_wish& wish,
                                           const std::filesystem::path& directory,
                                           const tokenizer& vocabulary);

/// Conversations that compare templates: systems, turns, reasoning, calls and results, thinking on
/// and off. With tools if `shows_tools`; with ends of reasoning in texts if `cuts_reasoning`.
std::vector<chat_conversation> choice_conversations(bool shows_tools, bool cuts_reasoning);

} // namespace hadal::model
