#pragma once
// A checkpoint's own chat template, or one from a file, made into an encoder. What the template
// writes is control text, whatever came from the client is plain, as with the native encoders.
//
// The last message can be continued (continue_final_message): a mark is put after its text, and the
// prompt ends where the template shows the mark, as Hugging Face does it.
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

/// Texts of templates by name: "default", and perhaps "tool_use" for conversations with tools.
struct chat_template_texts {
  struct named_text {
    std::string name;
    std::string text;
  };
  std::vector<named_text> templates;
  std::string origin; // "chat_template.jinja", for messages
};

/// What templates read as bos_token and so on; empty where the tokenizer names none.
struct template_tokens {
  std::optional<std::string> bos;
  std::optional<std::string> eos;
  std::optional<std::string> pad;
};

class chat_template {
public:
  /// Errors: invalid_config, the message begins with the origin and the line; `param` is the
  /// origin. There must be a template named "default", or one alone.
  static result<chat_template> compile(const chat_template_texts& texts, template_tokens tokens,
                                       templates::wall_clock clock);

  /// `c` has passed the checks of chat_encoder. Errors: invalid_request with the field at fault;
  /// what the template itself refuses names "messages".
  result<marked_text> render(const chat_conversation& c,
                             const templates::run_limits& limits = {}) const;

  /// Enough for the short conversations that a template is tried with when it is loaded.
  static templates::run_limits trial_limits();

  /// True when a template (the one for tools, where there are two) reads this name.
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
