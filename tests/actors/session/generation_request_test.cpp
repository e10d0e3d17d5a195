#include "actors/session/generation_request.hpp"

#include "net/openai/decode.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

protocol::model_facts facts_with(model::tool_call_parser_kind calls) {
  protocol::model_facts facts;
  facts.tool_call_parser = calls;
  return facts;
}

protocol::model_facts facts_without_tokenizer() {
  protocol::model_facts facts;
  facts.has_tokenizer = false;
  return facts;
}

generation_request chat(const std::string& fields, const protocol::model_facts& facts = {}) {
  auto body =
      net::decode_chat_request(R"({"messages":[{"role":"user","content":"hi"}])" + fields + "}");
  REQUIRE(body);
  auto made = generation_request_of(std::move(*body), facts);
  REQUIRE(made);
  return std::move(*made);
}

generation_request completion(const std::string& body) {
  auto decoded = net::decode_completion_request(body);
  REQUIRE(decoded);
  auto made = generation_request_of(std::move(*decoded), {});
  REQUIRE(made);
  return std::move(*made);
}

generation_request native(const std::string& body) {
  auto decoded = net::decode_generate_request(body);
  REQUIRE(decoded);
  auto made = generation_request_of(std::move(*decoded), {});
  REQUIRE(made);
  return std::move(*made);
}

constexpr const char* one_tool =
    R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])";

} // namespace

TEST_CASE("a chat is one prompt whose answer is taken apart") {
  const auto made = chat(R"(,"logprobs":true,"top_logprobs":3,"separate_reasoning":false)");
  REQUIRE(made.prompts.size() == 1);
  CHECK(made.prompts[0].name == "prompt");
  CHECK(std::holds_alternative<model::chat_conversation>(*made.prompts[0].source));
  CHECK(made.prompts[0].logprobs.logprobs);
  CHECK(made.prompts[0].logprobs.top_logprobs == 3);
  CHECK(made.prompts[0].logprobs.prompt_from == -1);
  CHECK_FALSE(made.prompts[0].logprobs.all_tokens);
  REQUIRE(made.chat);
  CHECK_FALSE(made.chat->separate_reasoning);
  CHECK(made.chat->stream_reasoning);
  CHECK_FALSE(made.wants_prompt_text);
  CHECK_FALSE(made.seeds_prompts_alone);
  CHECK(made.constraints.next() == nullptr);
}

TEST_CASE("R1 thinks unless its request says otherwise") {
  protocol::model_facts facts;
  facts.reasoning_parser = model::reasoning_parser::deepseek_r1;
  const auto thinking = [](const generation_request& made) {
    return std::get<model::chat_conversation>(*made.prompts[0].source).thinking;
  };
  CHECK(thinking(chat("", facts)) == true);
  CHECK(thinking(chat(R"(,"reasoning_effort":"none")", facts)) == false);
  CHECK(thinking(chat("")) == std::nullopt);
}

TEST_CASE("prompts of a completion share their fields and are numbered where there are several") {
  const auto one = completion(R"({"prompt":["a"]})");
  CHECK(one.prompts[0].name == "prompt");
  const auto made = completion(R"({"prompt":["a","b"],"echo":true,"logprobs":2,"regex":"x"})");
  REQUIRE(made.prompts.size() == 2);
  CHECK(made.prompts[1].name == "prompt[1]");
  CHECK(made.prompts[0].fields == made.prompts[1].fields);
  CHECK(std::get<protocol::raw_prompt>(*made.prompts[1].source).text == "b");
  CHECK(made.prompts[1].logprobs.prompt_from == 0);
  CHECK(made.wants_prompt_text);
  CHECK_FALSE(made.chat);
  REQUIRE(made.constraints.next());
  CHECK(made.constraints.next()->param == "regex");
  CHECK(completion(R"({"prompt":"a","logprobs":2})").prompts[0].logprobs.prompt_from == -1);
}

TEST_CASE("prompts of /generate keep fields of their own and are seeded alone") {
  const auto made = native(R"({"input_ids":[[1],[2]],"return_logprob":[true,false],)"
                           R"("logprob_start_len":[0,-1],)"
                           R"("sampling_params":[{"max_new_tokens":3},{"max_new_tokens":4}]})");
  REQUIRE(made.prompts.size() == 2);
  CHECK(made.prompts[1].name == "input_ids[1]");
  CHECK(made.prompts[0].fields->max_tokens == 3);
  CHECK(made.prompts[1].fields->max_tokens == 4);
  CHECK(made.prompts[0].logprobs.all_tokens);
  CHECK(made.prompts[0].logprobs.prompt_from == 0);
  CHECK_FALSE(made.prompts[1].logprobs.logprobs);
  CHECK(made.seeds_prompts_alone);
  CHECK(native(R"({"text":"a"})").prompts[0].name == "text");
}

TEST_CASE("forced calls are all of a chat's constraint") {
  const auto facts = facts_with(model::tool_call_parser_kind::deepseekv31);
  const auto made = chat(std::string(one_tool) + R"(,"tool_choice":"required","regex":"x")", facts);
  REQUIRE(made.constraints.next());
  CHECK(made.constraints.next()->kind == model::constraint_kind::structural_tag);
  CHECK(made.begin_of_calls.empty());
}

TEST_CASE("calls beside a constraint are a second grammar, and the request says how they begin") {
  const auto facts = facts_with(model::tool_call_parser_kind::deepseekv31);
  const auto made = chat(std::string(one_tool) + R"(,"regex":"x")", facts);
  REQUIRE(made.constraints.next());
  CHECK(made.constraints.next()->kind == model::constraint_kind::regex);
  CHECK_FALSE(made.begin_of_calls.empty());
}

TEST_CASE("what needs text is refused by name where there is no tokenizer") {
  const auto refused = [](auto body) {
    REQUIRE(body);
    const auto made = generation_request_of(std::move(*body), facts_without_tokenizer());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_request);
    return made.error().param;
  };
  CHECK(refused(net::decode_chat_request(
            R"({"messages":[{"role":"user","content":"hi"}],"stop":"x"})")) == "stop");
  CHECK(refused(net::decode_completion_request(R"({"prompt":[1],"stop":"x"})")) == "stop");
  CHECK(refused(net::decode_completion_request(R"({"prompt":[1],"echo":true})")) == "echo");
  CHECK(refused(net::decode_generate_request(
            R"({"input_ids":[1],"sampling_params":{"stop":"x"}})")) == "stop");
}

TEST_CASE("calls that must be bound are refused where the model has no format for them") {
  auto body = net::decode_chat_request(R"({"messages":[{"role":"user","content":"hi"}])" +
                                       std::string(one_tool) + R"(,"tool_choice":"required"})");
  REQUIRE(body);
  const auto made =
      generation_request_of(std::move(*body), facts_with(model::tool_call_parser_kind::none));
  REQUIRE_FALSE(made);
  CHECK(made.error().param == "tool_choice");
}
