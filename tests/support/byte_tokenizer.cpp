#include "tests/support/byte_tokenizer.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"

#include <fmt/core.h>

namespace hadal::tests {

namespace {

bool maps_to_itself(unsigned byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

std::string vocabulary_json() {
  std::string json;
  unsigned moved = 0;
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::string letter;
    append_utf8(letter, maps_to_itself(byte) ? byte : 256 + moved++);
    if (letter == "\"" || letter == "\\")
      letter.insert(letter.begin(), '\\');
    json += fmt::format("{}\"{}\":{}", byte ? "," : "", letter, byte);
  }
  return json;
}

std::string added_json(token_id id, const char* content, bool special) {
  return fmt::format(R"({{"id":{},"content":"{}","single_word":false,"lstrip":false,)"
                     R"("rstrip":false,"normalized":false,"special":{}}})",
                     id, content, special);
}

} // namespace

std::shared_ptr<const model::tokenizer> byte_tokenizer() {
  auto text = fmt::format(
      R"({{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{},{},{},{}],)"
      R"("normalizer":null,"pre_tokenizer":{{"type":"ByteLevel","add_prefix_space":false,)"
      R"("trim_offsets":true,"use_regex":false}},"post_processor":null,"decoder":{{"type":)"
      R"("ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}},"model":)"
      R"({{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,)"
      R"("end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"vocab":{{{}}},)"
      R"("merges":[]}}}})",
      added_json(bos_id, "<bos>", true), added_json(eos_id, "<eos>", true),
      added_json(258, "<user>", false), added_json(259, "<assistant>", false), vocabulary_json());
  auto made = model::tokenizer::parse(
      text, R"({"add_bos_token":true,"bos_token":"<bos>","eos_token":"<eos>"})");
  HADAL_ASSERT(made.has_value());
  return *made;
}

std::vector<token_id> bytes_of(std::string_view text) {
  std::vector<token_id> ids;
  for (char c : text)
    ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

} // namespace hadal::tests
