#pragma once
// Chat templates for the tests of this folder.

#include "model/chat/chat_template.hpp"

#include "tests/model/chat/conversations.hpp"
#include "tests/model/tokenizer/fixture_files.hpp"

#include <memory>
#include <string>

namespace hadal::test {

inline std::tm still() {
  return {};
}

/// One of the formats under tests/model/chat/templates.
inline std::string template_file(const std::string& name) {
  return file_text(HADAL_SOURCE_DIR "/tests/model/chat/templates/" + name + ".jinja");
}

inline model::chat_encoder encoder_of(const std::string& source) {
  auto made = model::chat_template::compile({{{"default", source}}, "template"},
                                            {bos, eos, std::nullopt}, still);
  INFO((made ? std::string() : made.error().message));
  REQUIRE(made.has_value());
  return {std::make_shared<const model::chat_template>(std::move(*made)),
          model::chat_encoding::deepseek_v3};
}

} // namespace hadal::test
