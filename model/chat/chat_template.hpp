#pragma once
// A checkpoint's own chat template, or one from a file, as an encoder. Text of the template is
// control text, text of the client is plain, as in the native encoders.
//
// The last message can be continued (continue_final_message): a mark is put after its text, and the
// prompt ends where the template prints the mark, as in Hugging Face's implementation.
//
//   auto compiled = chat_template::compile({{{"default", source}}, tokens}, clock);
//   auto prompt = compiled->render(conversation);          // result<marked_text>

#include "base/result.hpp"
#include "model/chat/chat_conversation.hpp"
#include "model/chat/template/jinja_template.hpp"
#include "model/tokenizer/marked_text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hadal::model {

enum class arguments_form : std::uint8_t;

/// Texts of templates by name: "default", and optionally "tool_use" for conversations with tools.
struct chat_template_texts {
  struct named_text {
    std::string name;
    std::string text;
  };
  std::vector<named_text> templates;
  std::string origin; // "chat_template.jinja", for messages
};

/// The values of bos_token and so on in templates; empty if the tokenizer names none.
struct template_tokens {
  std::optional<std::string> bos;
  std::optional<std::string> eos;
  std::optional<std::string> pad;
};

class chat_template {
public:
  /// Errors: invalid_config, the message begins with the origin and the line; `param` is the
  /// origin. There must be a template named "default", or only one template.
  static result<chat_template> compile(const chat_template_texts& texts, template_tokens tokens,
                                       templates::wall_clock clock);

  /// `c` has passed the checks of chat_encoder. Errors: invalid_request with the field at fault; a
  /// refusal of the template names "messages".
  result<marked_text> render(const chat_conversation& c,
                             const templates::run_limits& limits = {}) const;

  /// Limits for the short conversations that a template is tested with when it is loaded.
  static templates::run_limits trial_limits();

  /// True if a template (of two, the one for tools) reads this name.
  bool reads(std::string_view name) const;

  const std::string& origin() const noexcept { return origin_; }

private:
  chat_template(templates::jinja_template usual,
                std::optional<templates::jinja_template> with_tools, template_tokens tokens,
                templates::wall_clock clock, std::string origin);

  result<marked_text> render_whole(const chat_conversation& c, arguments_form form,
                                   const templates::run_limits& limits) const;
  result<marked_text> render_open(const chat_conversation& c,
                                  const templates::run_limits& limits) const;
  arguments_form probed_form() const;

  templates::jinja_template usual_;
  std::optional<templates::jinja_template> with_tools_;
  template_tokens tokens_;
  templates::wall_clock clock_;
  std::string origin_;
  arguments_form form_;
};

} // namespace hadal::model
