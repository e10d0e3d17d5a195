#include "net/openai/answer_builder.hpp"
#include "net/openai/stream_encoder.hpp"

#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <algorithm>
#include <random>
#include <sstream>

using namespace hadal;
using namespace hadal::net;

namespace {

const answer_identity chat_identity{"chatcmpl-1", 1700000000, "m\"x"};
const std::string chat_prefix =
    R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m\"x",)";
const answer_identity text_identity{"cmpl-1", 1700000000, "m"};
const std::string text_prefix =
    R"(data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m",)";

/// The member of choices[0] of every event, joined; `member` is a JSON pointer.
std::string joined(const std::string& events, std::string_view member) {
  std::string out;
  std::istringstream lines(events);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line == "data: [DONE]")
      continue;
    REQUIRE(line.starts_with("data: "));
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    REQUIRE(parser.parse(simdjson::padded_string(line.substr(6))).get(root) == simdjson::SUCCESS);
    std::string_view text;
    if (root.at_pointer(member).get_string().get(text) == simdjson::SUCCESS)
      out += text;
  }
  return out;
}

std::string text_at(const std::string& body, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view text;
  REQUIRE(parser.parse(simdjson::padded_string(body)).get(root) == simdjson::SUCCESS);
  REQUIRE(root.at_pointer(pointer).get_string().get(text) == simdjson::SUCCESS);
  return std::string(text);
}

} // namespace

TEST_CASE("a chat stream is role, deltas, finish, usage, done") {
  const chat_stream_encoder encoder(chat_identity, {});
  std::string out;
  encoder.append_role(out, 0);
  CHECK(out == chat_prefix +
                   R"("choices":[{"index":0,"delta":{"role":"assistant","content":""},)"
                   R"("logprobs":null,"finish_reason":null}]})" +
                   "\n\n");
  out.clear();
  encoder.append_delta(out, 1, {.content = "a\nb"});
  CHECK(out == chat_prefix +
                   R"("choices":[{"index":1,"delta":{"content":"a\nb"},"logprobs":null,)"
                   R"("finish_reason":null}]})" +
                   "\n\n");
  out.clear();
  encoder.append_finish(out, 0, {finish_reason::stop, std::string("END")});
  CHECK(out == chat_prefix +
                   R"("choices":[{"index":0,"delta":{},"logprobs":null,)"
                   R"("finish_reason":"stop","matched_stop":"END"}]})" +
                   "\n\n");
  out.clear();
  encoder.append_usage(out, {5, 7, 3, {}});
  CHECK(out == chat_prefix +
                   R"("choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,)"
                   R"("total_tokens":12,"prompt_tokens_details":{"cached_tokens":3}}})" +
                   "\n\n");
  out.clear();
  append_done_event(out);
  CHECK(out == "data: [DONE]\n\n");
}

TEST_CASE("the other ends of a choice are written as such") {
  const chat_stream_encoder encoder(chat_identity, {});
  std::string out;
  encoder.append_finish(out, 0, {finish_reason::length, {}});
  CHECK(out.find(R"("finish_reason":"length","matched_stop":null)") != std::string::npos);
  out.clear();
  encoder.append_finish(out, 0, {finish_reason::stop, token_id{7}});
  CHECK(out.find(R"("finish_reason":"stop","matched_stop":7)") != std::string::npos);
  out.clear();
  encoder.append_finish(out, 0, {finish_reason::tool_calls, {}});
  CHECK(out.find(R"("finish_reason":"tool_calls","matched_stop":null)") != std::string::npos);
}

TEST_CASE("with include_usage every chunk but the last has a null usage, or the running one") {
  const chat_stream_encoder encoder(chat_identity, {.include_usage = true});
  std::string out;
  encoder.append_delta(out, 0, {.content = "a"});
  CHECK(out.find(R"("finish_reason":null}],"usage":null})") != std::string::npos);
  out.clear();
  const token_usage running{1, 2, {}, {}};
  encoder.append_delta(out, 0, {.content = "a"}, &running);
  CHECK(out.find(R"(}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})") !=
        std::string::npos);
}

TEST_CASE("reasoning and tool calls are members of the delta") {
  const chat_stream_encoder encoder(chat_identity, {});
  const std::array calls = {tool_call_delta{0, "call_1", "f", ""},
                            tool_call_delta{0, {}, {}, "{\"a\""}};
  std::string out;
  encoder.append_delta(out, 0, {.reasoning_content = "why", .content = "so", .tool_calls = calls});
  CHECK(out ==
        chat_prefix +
            R"("choices":[{"index":0,"delta":{"reasoning_content":"why","content":"so",)"
            R"("tool_calls":[{"index":0,"id":"call_1","type":"function","function":)"
            R"({"name":"f","arguments":""}},{"index":0,"function":{"arguments":"{\"a\""}}]},)"
            R"("logprobs":null,"finish_reason":null}]})" +
            "\n\n");
}

TEST_CASE("chat logprobs have token, logprob, bytes and the alternatives") {
  const chat_stream_encoder encoder(chat_identity, {.logprobs = true});
  const std::array top = {top_logprob{5, "a", -0.5F}, top_logprob{9, {}, -2.0F}};
  const std::array tokens = {token_logprob{5, "a", -0.5F, top, 0},
                             token_logprob{6, "\xe4\xb8", -1.25F, {}, 1}};
  std::string out;
  encoder.append_delta(out, 0, {.content = "a", .logprobs = tokens});
  CHECK(out ==
        chat_prefix +
            R"("choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[)"
            R"({"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[)"
            R"({"token":"a","logprob":-0.5,"bytes":[97]},)"
            R"({"token":"token_id:9","logprob":-2,"bytes":[]}]},)"
            R"({"token":"bytes:\\xe4\\xb8","logprob":-1.25,"bytes":[228,184],"top_logprobs":[]}]},)"
            R"("finish_reason":null}]})" +
            "\n\n");
}

TEST_CASE("token ids are given when asked for") {
  const chat_stream_encoder encoder(chat_identity, {.return_token_ids = true});
  const std::array<token_id, 2> ids = {3, 4};
  std::string out;
  encoder.append_role(out, 0, ids);
  CHECK(out.find(R"("finish_reason":null}],"prompt_token_ids":[3,4]})") != std::string::npos);
  out.clear();
  encoder.append_delta(out, 0, {.content = "x", .token_ids = ids});
  CHECK(out.find(R"("finish_reason":null,"token_ids":[3,4]}]})") != std::string::npos);
  const chat_stream_encoder silent(chat_identity, {});
  out.clear();
  silent.append_delta(out, 0, {.content = "x", .token_ids = ids});
  CHECK(out.find("token_ids") == std::string::npos);
}

TEST_CASE("a completion stream has text, the four lists and an end") {
  const completion_stream_encoder encoder(text_identity, {.logprobs = true});
  const std::array top = {top_logprob{5, "a", -0.5F}, top_logprob{6, "b", -1.0F}};
  const std::array tokens = {token_logprob{5, "a", -0.5F, top, 3}};
  std::string out;
  encoder.append_delta(out, 2, {.text = "a", .logprobs = tokens});
  CHECK(out ==
        text_prefix +
            R"("choices":[{"index":2,"text":"a","logprobs":{"tokens":["a"],)"
            R"("token_logprobs":[-0.5],"top_logprobs":[{"a":-0.5,"b":-1}],"text_offset":[3]},)"
            R"("finish_reason":null}]})" +
            "\n\n");
  out.clear();
  const choice_end end{finish_reason::length, {}};
  encoder.append_delta(out, 2, {.text = "b"}, {}, &end);
  CHECK(out == text_prefix +
                   R"("choices":[{"index":2,"text":"b","logprobs":null,)"
                   R"("finish_reason":"length","matched_stop":null}]})" +
                   "\n\n");
}

TEST_CASE("where reasoning is parsed every delta of a stream says what it has of it") {
  const chat_stream_encoder encoder(chat_identity, {.reasoning_active = true});
  const std::array calls = {tool_call_delta{0, {}, {}, "{"}};
  std::string out;
  encoder.append_role(out, 0);
  CHECK(out.find(R"("delta":{"role":"assistant","content":"","reasoning_content":null})") !=
        std::string::npos);
  out.clear();
  encoder.append_delta(out, 0, {.content = "a"});
  CHECK(out.find(R"("delta":{"reasoning_content":null,"content":"a"})") != std::string::npos);
  out.clear();
  encoder.append_delta(out, 0, {.tool_calls = calls});
  CHECK(out.find(R"("delta":{"reasoning_content":null,"tool_calls":[)") != std::string::npos);
  out.clear();
  encoder.append_finish(out, 0, {finish_reason::stop, {}});
  CHECK(out.find(R"("delta":{"reasoning_content":null,"content":""})") != std::string::npos);
}

TEST_CASE("running usage stands in the first and in the last event of a choice too") {
  const chat_stream_encoder chat(chat_identity, {.include_usage = true});
  const completion_stream_encoder text(text_identity, {.include_usage = true});
  const token_usage running{3, 1, {}, {}};
  const choice_end end{finish_reason::stop, {}};
  const std::string usage = R"("usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4})";
  std::string out;
  chat.append_role(out, 0, {}, &running);
  CHECK(out.find(usage) != std::string::npos);
  out.clear();
  chat.append_finish(out, 0, end, &running);
  CHECK(out.find(usage) != std::string::npos);
  out.clear();
  text.append_delta(out, 0, {}, {}, &end, &running);
  CHECK(out.find(usage) != std::string::npos);
}

TEST_CASE("a completion's alternatives keep the sampled token's name and avoid collisions") {
  completion_answer_builder builder(text_identity, {.logprobs = true}, 1);
  const std::array top = {top_logprob{5, "a", -0.5F}, top_logprob{6, "a", -1.0F},
                          top_logprob{7, "\xff", -1.5F}, top_logprob{8, "\xff", -1.75F},
                          top_logprob{9, {}, -2.0F}};
  const std::array tokens = {token_logprob{6, "a", -1.0F, top, 0},
                             token_logprob{4, "z", -3.0F, {}, 1}};
  builder.add_delta(0, {.text = "az", .logprobs = tokens});
  builder.finish(0, {finish_reason::length, {}});
  CHECK(
      builder.body({1, 2, {}, {}}) ==
      R"({"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m","choices":[)"
      R"({"index":0,"text":"az","logprobs":{"tokens":["a","z"],"token_logprobs":[-1,-3],)"
      R"("top_logprobs":[{"token_id:5":-0.5,"a":-1,"bytes:\\xff":-1.5,"token_id:8":-1.75,)"
      R"("token_id:9":-2},{"z":-3}],"text_offset":[0,1]},"finish_reason":"length",)"
      R"("matched_stop":null}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
}

TEST_CASE("return_tokens_as_token_ids names every token by its id") {
  completion_answer_builder builder(text_identity, {.logprobs = true, .tokens_as_ids = true}, 1);
  const std::array top = {top_logprob{5, "a", -0.5F}};
  const std::array tokens = {token_logprob{6, "b", -1.0F, top, 0}};
  builder.add_delta(0, {.text = "b", .logprobs = tokens});
  builder.finish(0, {});
  const std::string body = builder.body({});
  CHECK(body.find(R"("tokens":["token_id:6"])") != std::string::npos);
  CHECK(body.find(R"([{"token_id:5":-0.5,"token_id:6":-1}])") != std::string::npos);
}

TEST_CASE("a whole chat answer has message, logprobs, end and usage for each choice") {
  chat_answer_builder builder(chat_identity, {}, 2);
  builder.add_delta(1, {.content = "b"});
  builder.add_delta(0, {.content = "a"});
  builder.add_delta(1, {.content = "c"});
  CHECK_FALSE(builder.complete());
  builder.finish(1, {finish_reason::stop, token_id{2}});
  CHECK_FALSE(builder.complete());
  builder.finish(0, {finish_reason::length, {}});
  REQUIRE(builder.complete());
  CHECK(builder.body({4, 3, {}, 1}) ==
        R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m\"x",)"
        R"("choices":[{"index":0,"message":{"role":"assistant","content":"a"},"logprobs":null,)"
        R"("finish_reason":"length","matched_stop":null},{"index":1,"message":{"role":"assistant",)"
        R"("content":"bc"},"logprobs":null,"finish_reason":"stop","matched_stop":2}],)"
        R"("usage":{"prompt_tokens":4,"completion_tokens":3,"total_tokens":7,)"
        R"("completion_tokens_details":{"reasoning_tokens":1},"reasoning_tokens":1}})");
}

TEST_CASE("content is null only beside a call, reasoning only where it is parsed") {
  const std::array calls = {tool_call_delta{0, "call_1", "f", "{}"}};
  chat_answer_builder with_call(chat_identity, {.reasoning_active = true}, 1);
  with_call.add_delta(0, {.tool_calls = calls});
  with_call.finish(0, {finish_reason::tool_calls, {}});
  CHECK(
      with_call.body({}).find(
          R"("message":{"role":"assistant","content":null,"reasoning_content":null,"tool_calls":[)"
          R"({"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]})") !=
      std::string::npos);
  chat_answer_builder empty(chat_identity, {}, 1);
  empty.finish(0, {});
  CHECK(empty.body({}).find(R"("message":{"role":"assistant","content":""},)") !=
        std::string::npos);
  chat_answer_builder thinking(chat_identity, {.reasoning_active = true}, 1);
  thinking.add_delta(0, {.reasoning_content = "hm", .content = "x"});
  thinking.finish(0, {});
  CHECK(thinking.body({}).find(R"("content":"x","reasoning_content":"hm")") != std::string::npos);
}

TEST_CASE("whole answers carry token ids when asked") {
  const std::array<token_id, 1> one = {3};
  const std::array<token_id, 2> two = {4, 5};
  chat_answer_builder chat(chat_identity, {.return_token_ids = true}, 1);
  chat.add_delta(0, {.content = "a", .token_ids = one});
  chat.add_delta(0, {.content = "b", .token_ids = two});
  chat.finish(0, {});
  CHECK(chat.body({}, one).find(R"("token_ids":[3,4,5]}],)") != std::string::npos);
  CHECK(chat.body({}, one).ends_with(R"("prompt_token_ids":[3]})"));
  completion_answer_builder text(text_identity, {.return_token_ids = true}, 1);
  text.set_prompt_token_ids(0, two);
  text.add_delta(0, {.text = "a", .token_ids = one});
  text.finish(0, {});
  CHECK(text.body({}).find(R"("prompt_token_ids":[4,5],"token_ids":[3]}],)") != std::string::npos);
}

TEST_CASE("however the text is cut, a stream joins to the whole answer") {
  const std::string text =
      "He said \"\xE4\xBD\xA0\xE5\xA5\xBD\" \\ \n\t\xF0\x9F\x98\x80 \xE2\x80\xA8 end";
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const chat_stream_encoder stream(chat_identity, {});
    const completion_stream_encoder text_stream(text_identity, {});
    chat_answer_builder whole(chat_identity, {}, 1);
    completion_answer_builder text_whole(text_identity, {}, 1);
    std::string events;
    std::string text_events;
    stream.append_role(events, 0);
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = std::min(text.size(), at + 1 + random() % 5);
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        ++end;
      const std::string_view piece = std::string_view(text).substr(at, end - at);
      stream.append_delta(events, 0, {.content = piece});
      whole.add_delta(0, {.content = piece});
      text_stream.append_delta(text_events, 0, {.text = piece});
      text_whole.add_delta(0, {.text = piece});
      at = end;
    }
    stream.append_finish(events, 0, {});
    append_done_event(events);
    whole.finish(0, {});
    text_whole.finish(0, {});
    CHECK(joined(events, "/choices/0/delta/content") == text);
    CHECK(text_at(whole.body({}), "/choices/0/message/content") == text);
    CHECK(joined(text_events, "/choices/0/text") == text);
    CHECK(text_at(text_whole.body({}), "/choices/0/text") == text);
  }
}

TEST_CASE("however arguments are cut, a stream joins to the whole call") {
  const std::string arguments = R"({"city":"Z\u00fcrich","n":[1,2]})";
  for (std::size_t cut = 0; cut <= arguments.size(); ++cut) {
    const chat_stream_encoder stream(chat_identity, {});
    chat_answer_builder whole(chat_identity, {}, 1);
    std::string events;
    const std::array first = {
        tool_call_delta{0, "call_1", "f", std::string_view(arguments).substr(0, cut)}};
    const std::array rest = {tool_call_delta{0, {}, {}, std::string_view(arguments).substr(cut)}};
    for (const auto& piece : {first, rest}) {
      stream.append_delta(events, 0, {.tool_calls = piece});
      whole.add_delta(0, {.tool_calls = piece});
    }
    whole.finish(0, {finish_reason::tool_calls, {}});
    CHECK(joined(events, "/choices/0/delta/tool_calls/0/function/arguments") == arguments);
    CHECK(text_at(whole.body({}), "/choices/0/message/tool_calls/0/function/arguments") ==
          arguments);
  }
}

TEST_CASE("names of tokens are their text, their bytes or their id") {
  CHECK(logprob_token_name(5, " a", false) == " a");
  CHECK(logprob_token_name(5, "", false).empty());
  CHECK(logprob_token_name(5, "\xe4\xb8", false) == "bytes:\\xe4\\xb8");
  CHECK(logprob_token_name(5, "a\xff", false) == "bytes:\\x61\\xff");
  CHECK(logprob_token_name(5, " a", true) == "token_id:5");
  CHECK(logprob_token_name(5, {}, false) == "token_id:5");
}
