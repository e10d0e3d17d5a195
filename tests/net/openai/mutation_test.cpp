#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

#include <random>

using namespace hadal;
using namespace hadal::net;

namespace {

const std::vector<std::string> seeds = {
    R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",
    "text":"a\ud83d\ude00"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
    "function":{"name":"f","arguments":{"x":[1,2.5,-3e2,null,true]}}}]},{"role":"tool","content":"r"}],
    "temperature":0.5,"top_p":1,"top_k":5,"n":2,"stop":["a","b"],"logit_bias":{"5":1.5},"stream":true,
    "stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"f",
    "parameters":{"type":"object"}}}],"tool_choice":"auto","logprobs":true,"top_logprobs":3,
    "chat_template_kwargs":{"thinking":true},"response_format":{"type":"text"},"seed":-5})",
    R"({"prompt":[[1,2],[3]],"max_tokens":0,"echo":true,"logprobs":null,"best_of":1,"suffix":""})",
    R"({"prompt":["x","y"],"add_special_tokens":false,"tokens":[1,2,3],"skip_special_tokens":true})",
};

const std::vector<std::string> pieces = {"{",
                                         "}",
                                         "[",
                                         "]",
                                         "\"",
                                         ",",
                                         ":",
                                         "\\",
                                         "\\u",
                                         "\\ud800",
                                         "null",
                                         "1",
                                         "-1",
                                         "1e999",
                                         "0.5",
                                         "true",
                                         "\xff",
                                         "\xe4",
                                         "[[[[[[[",
                                         "\"\"",
                                         "\"a\":1",
                                         "{\"a\":",
                                         "-0",
                                         "2e308",
                                         "9223372036854775808",
                                         "18446744073709551616",
                                         "NaN",
                                         "\x01",
                                         "]}"};

std::string mutated(std::mt19937& random) {
  std::string text = seeds[random() % seeds.size()];
  const auto edits = 1 + random() % 6;
  for (std::size_t i = 0; i < edits && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    const std::size_t length = std::min<std::size_t>(random() % 12, text.size() - at);
    switch (random() % 5) {
    case 0: text[at] = static_cast<char>(random()); break;
    case 1: text.erase(at, length); break;
    case 2: text.insert(at, pieces[random() % pieces.size()]); break;
    case 3: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
    default: text.replace(at, length, pieces[random() % pieces.size()]);
    }
  }
  return text;
}

/// Every outcome must be a record, or an error with one of two codes and a message.
template <class Request>
bool sound(const result<Request>& request) {
  if (request)
    return true;
  const error& e = request.error();
  return !e.message.empty() && (e.code == error_code::invalid_request ||
                                (e.code == error_code::invalid_json && e.param.empty()));
}

} // namespace

TEST_CASE("whatever bytes arrive, decoding answers with a record or a client's error") {
  std::mt19937 random(20240229);
  std::size_t taken = 0;
  std::size_t rounds = 0;
  for (; rounds < 20'000; ++rounds) {
    const std::string body = mutated(random);
    CAPTURE(body);
    const auto chat = decode_chat_request(body);
    const auto completion = decode_completion_request(body);
    const auto tokens = decode_tokenize_request(body);
    const auto texts = decode_detokenize_request(body);
    if (!sound(chat) || !sound(completion) || !sound(tokens) || !sound(texts))
      FAIL("an outcome is neither a record nor a client's error");
    if (chat)
      taken += !chat->chat.messages.empty() && chat->generation.n >= 1 ? 1 : 0;
  }
  // Some mutations are harmless, most are not: both paths must have been taken.
  CHECK(taken > 100);
  CHECK(taken < rounds / 2);
}
