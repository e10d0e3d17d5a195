#include "model/chat/encoder_choice.hpp"

#include "base/limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace hadal::model {

namespace {

result<std::string> read_template(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code)
    return fail(error_code::io_error, fmt::format("{}: cannot be read: {}", name, code.message()),
                name);
  if (size > limits::template_source_bytes_max)
    return fail(error_code::invalid_config,
                fmt::format("{}: a chat template may have up to {} bytes, this has {}", name,
                            limits::template_source_bytes_max, size),
                name);
  std::string text(size, '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in.read(text.data(), static_cast<std::streamsize>(size)))
    return fail(error_code::io_error, fmt::format("{}: cannot be read to its end", name), name);
  return text;
}

// The checkpoint's own templates, possibly none.
result<chat_template_texts> own_templates(const std::filesystem::path& directory,
                                          const tokenizer& vocabulary) {
  chat_template_texts texts;
  std::error_code code;
  const auto usual = directory / "chat_template.jinja";
  if (!std::filesystem::exists(usual, code)) {
    for (const auto& t : vocabulary.config().chat_templates)
      texts.templates.push_back({t.name, t.text});
    texts.origin = (directory / "tokenizer_config.json").string();
    return texts;
  }
  texts.origin = usual.string();
  HADAL_TRY_ASSIGN(text, read_template(usual));
  texts.templates.push_back({"default", std::move(text)});
  const auto with_tools = directory / "additional_chat_templates" / "tool_use.jinja";
  if (std::filesystem::exists(with_tools, code)) {
    HADAL_TRY_ASSIGN(second, read_template(with_tools));
    texts.templates.push_back({"tool_use", std::move(second)});
  }
  return texts;
}

// A format without tools refuses calls; a template that ignores them counts as equal.
bool refuses_tools(const chat_conversation& c, chat_encoding encoding) {
  const auto has_tools = [](const chat_message& m) {
    return m.role == "tool" || !m.tool_calls.empty();
  };
  return encoding == chat_encoding::deepseek_v2 &&
         std::any_of(c.messages.begin(), c.messages.end(), has_tools);
}

struct comparison_count {
  chat_encoding encoding;
  std::size_t same = 0;
  std::size_t tried = 0;
};

/// The native encoding that agrees with the template most often; of several the first in order of
/// likelihood.
comparison_count nearest_encoding(const chat_template& written, const chat_template_texts& texts,
                                  bool shows_tools, chat_encoding likeliest,
                                  const tokenizer& vocabulary) {
  const bool cuts_reasoning =
      std::any_of(texts.templates.begin(), texts.templates.end(),
                  [](const auto& t) { return t.text.find("</think>") != std::string::npos; });
  const auto conversations = choice_conversations(shows_tools, cuts_reasoning);
  std::vector<result<marked_text>> expected;
  for (const auto& c : conversations)
    expected.push_back(written.render(c, chat_template::trial_limits()));
  comparison_count best{likeliest};
  std::vector<chat_encoding> candidates = {likeliest};
  for (const chat_encoding other : chat_encodings)
    if (other != likeliest)
      candidates.push_back(other);
  for (const chat_encoding candidate : candidates) {
    const chat_encoder native(candidate, vocabulary);
    comparison_count count{candidate};
    for (std::size_t i = 0; i < conversations.size(); ++i) {
      if (refuses_tools(conversations[i], candidate))
        continue;
      ++count.tried;
      const auto made = native.encode(conversations[i]);
      count.same += expected[i] && made && expected[i]->text() == made->text() ? 1 : 0;
    }
    if (best.tried == 0 || count.same * best.tried > best.same * count.tried)
      best = count;
  }
  return best;
}

template_tokens tokens_of(const tokenizer_config& config) {
  return {config.bos_token, config.eos_token, config.pad_token};
}

chosen_encoder native_choice(chat_encoding encoding, const tokenizer& vocabulary,
                             std::string reason) {
  return {std::make_shared<const chat_encoder>(encoding, vocabulary),
          std::string(to_string(encoding)), std::move(reason)};
}

} // namespace

result<chosen_encoder> choose_chat_encoder(const encoder_wish& wish,
                                           const std::filesystem::path& directory,
                                           const tokenizer& vocabulary) {
  if (wish.named)
    return native_choice(*wish.named, vocabulary, "named by --chat-encoding");
  const chat_encoding likeliest = choose_chat_encoding(wish.arch, vocabulary);
  chat_template_texts texts;
  if (wish.template_file.empty()) {
    HADAL_TRY_ASSIGN(own, own_templates(directory, vocabulary));
    texts = std::move(own);
  } else {
    HADAL_TRY_ASSIGN(text, read_template(wish.template_file));
    texts = {{{"default", std::move(text)}}, wish.template_file};
  }
  if (texts.templates.empty())
    return native_choice(likeliest, vocabulary,
                         "by architecture and tokenizer: the checkpoint has no chat template");
  auto compiled = chat_template::compile(texts, tokens_of(vocabulary.config()), wish.clock);
  if (!compiled) {
    error e = std::move(compiled.error());
    if (wish.template_file.empty())
      e.message += "; --chat-encoding takes a format by name instead";
    return fail(std::move(e));
  }
  const auto written = std::make_shared<const chat_template>(std::move(*compiled));
  const bool shows_tools = written->reads("tools");
  const comparison_count nearest =
      nearest_encoding(*written, texts, shows_tools, likeliest, vocabulary);
  const std::string name = "the template of " + texts.origin;
  if (wish.template_file.empty() && nearest.same == nearest.tried)
    return native_choice(
        nearest.encoding, vocabulary,
        fmt::format("it writes what {} writes for {} conversations", name, nearest.tried));
  return chosen_encoder{
      std::make_shared<const chat_encoder>(written, nearest.encoding), name,
      fmt::format("{}{}",
                  wish.template_file.empty()
                      ? fmt::format("no native encoder writes the same: the nearest, {}, does for "
                                    "{} of {} conversations",
                                    to_string(nearest.encoding), nearest.same, nearest.tried)
                      : std::string("named by --chat-template"),
                  shows_tools ? "" : "; it shows no tools")};
}

} // namespace hadal::model
