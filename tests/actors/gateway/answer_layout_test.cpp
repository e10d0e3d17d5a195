#include "actors/gateway/answer_layout.hpp"

#include "net/openai/decode.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

struct layouts {
  net::metrics metrics;
  runtime::environment env{1, metrics};
  server_config config;
  protocol::service_parts parts;

  layouts() { config.served_names = {"small"}; }

  answer_layout chat(const std::string& fields) {
    const auto body =
        net::decode_chat_request(R"({"messages":[{"role":"user","content":"hi"}])" + fields + "}");
    REQUIRE(body);
    return layout_of(*body, {config, parts, 17, env});
  }
};

} // namespace

TEST_CASE("an answer is named after the endpoint and the model that the client named") {
  layouts l;
  const auto chat = l.chat("");
  CHECK(chat.identity.id.starts_with("chatcmpl-"));
  CHECK(chat.identity.created == 17);
  CHECK(chat.identity.model == "small");
  CHECK(l.chat(R"(,"model":"alias")").identity.model == "alias");
  CHECK(l.chat("").identity.id != chat.identity.id);
  const auto completion = net::decode_completion_request(R"({"prompt":["a","b"],"n":3})");
  REQUIRE(completion);
  const auto layout = layout_of(*completion, {l.config, l.parts, 17, l.env});
  CHECK(layout.identity.id.starts_with("cmpl-"));
  CHECK_FALSE(layout.chat);
  CHECK(layout.choices() == 6);
}

TEST_CASE("usage is in streams that ask for it, or in all where the server says so") {
  layouts l;
  CHECK_FALSE(l.chat(R"(,"stream":true)").include_usage);
  const char* asked = R"(,"stream":true,"stream_options":{"include_usage":true,)"
                      R"("continuous_usage_stats":true})";
  CHECK(l.chat(asked).include_usage);
  CHECK(l.chat(asked).continuous_usage_stats);
  l.config.include_usage_by_default = true;
  CHECK(l.chat(R"(,"stream":true)").include_usage);
  CHECK_FALSE(l.chat("").include_usage);
}

TEST_CASE("ids are returned where there is no text, and reasoning counted where it is parsed") {
  layouts l;
  CHECK_FALSE(l.chat("").options.return_token_ids);
  CHECK_FALSE(l.chat("").counts_reasoning);
  l.parts.facts.has_tokenizer = false;
  l.parts.facts.reasoning_parser = model::reasoning_parser::deepseek_r1;
  CHECK(l.chat("").options.return_token_ids);
  CHECK(l.chat("").counts_reasoning);
}

TEST_CASE("choices of /generate keep the ids of their request, or are given one each") {
  layouts l;
  const auto body = net::decode_generate_request(
      R"({"text":["a","b"],"rid":["x","y"],"sampling_params":{"n":2},"stream":true})");
  REQUIRE(body);
  const auto layout = layout_of(*body, {l.config, l.parts, 17, l.env});
  REQUIRE(layout.native);
  CHECK(layout.stream);
  CHECK(layout.native->is_list);
  REQUIRE(layout.native->choices.size() == 4);
  CHECK(layout.native->choices[1].id == "x");
  CHECK(layout.native->choices[2].id == "y");
  const auto alone = net::decode_generate_request(R"({"text":"a"})");
  REQUIRE(alone);
  const auto drawn = layout_of(*alone, {l.config, l.parts, 17, l.env});
  CHECK_FALSE(drawn.native->is_list);
  CHECK(drawn.native->choices[0].id.size() == 32);
}
