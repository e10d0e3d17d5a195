#include "net/openai/logit_processor.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace hadal::net;

namespace {

/// What SGLang's DeepSeekR1ThinkingBudgetLogitProcessor().to_str() returns with this dill version.
const std::string hex =
    "80049559000000000000008c2a73676c616e672e7372742e73616d706c696e672e637573746f6d5f6c6f6769745f"
    "70726f636573736f72948c26446565705365656b52315468696e6b696e674275646765744c6f67697450726f6365"
    "73736f729493942e";

std::string callable(const std::string& text) {
  return "{\"callable\": \"" + text + "\"}";
}

std::string to_hex(const std::string& bytes) {
  const char* digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

const std::string module = "sglang.srt.sampling.custom_logit_processor";
const std::string name = "DeepSeekR1ThinkingBudgetLogitProcessor";

} // namespace

TEST_CASE("the thinking budget's processor is known by the bytes that to_str() gives") {
  CHECK(recognise_logit_processor(callable(hex)) == logit_processor::thinking_budget);
}

TEST_CASE("the spellings of other pickle protocols and of compact JSON are known too") {
  std::string newer = hex;
  newer[3] = '5';
  CHECK(recognise_logit_processor("{\"callable\":\"" + newer + "\"}") ==
        logit_processor::thinking_budget);
  for (const std::string& old : {"\x80\x03"
                                 "c" +
                                     module + "\n" + name + "\nq" + std::string(1, '\0') + ".",
                                 "c" + module + "\n" + name + "\np0\n.",
                                 "\x80\x02"
                                 "c" +
                                     module + "\n" + name + "\n."})
    CHECK(recognise_logit_processor(callable(to_hex(old))) == logit_processor::thinking_budget);
  const std::string bare = "\x80\x04\x8c\x2a" + module + "\x8c\x26" + name + "\x93.";
  CHECK(recognise_logit_processor(callable(to_hex(bare))) == logit_processor::thinking_budget);
}

TEST_CASE("whatever is not exactly one of those spellings is unknown") {
  for (std::size_t i = 0; i < hex.size(); ++i) {
    std::string changed = hex;
    changed[i] = changed[i] == '0' ? '1' : '0';
    if (i == 3 && changed[i] == '5')
      continue;
    INFO(i);
    CHECK(recognise_logit_processor(callable(changed)) == logit_processor::unknown);
  }
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string("x"), hex,
        callable(hex + "2e"), callable("2e" + hex), callable(hex.substr(2)),
        callable(hex.substr(0, hex.size() - 2)), callable(hex.substr(0, hex.size() - 1)),
        callable("zz"), callable(""), "{\"callable\": \"" + hex + "\", \"more\": 1}",
        "{\"callable\": [\"" + hex + "\"]}", callable(std::string(5000, '0'))})
    CHECK(recognise_logit_processor(text) == logit_processor::unknown);
}

TEST_CASE("a class that is pickled by value, or another class, is unknown") {
  const std::string other =
      "\x80\x04\x8c\x2a" + module + "\x8c\x1f" + "DisallowedTokensLogitsProcessor" + "\x93.";
  CHECK(recognise_logit_processor(callable(to_hex(other))) == logit_processor::unknown);
  const std::string system = "\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.";
  CHECK(recognise_logit_processor(callable(to_hex(system))) == logit_processor::unknown);
}
