#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

TEST_CASE("tokenize takes a string or strings and adds special tokens unless told not to") {
  const auto one = decode_tokenize_request(R"({"prompt":"hi","model":"m"})");
  REQUIRE(one);
  CHECK(one->prompts == std::vector<std::string>{"hi"});
  CHECK_FALSE(one->prompt_is_array);
  CHECK(one->add_special_tokens);
  CHECK(one->model == "m");
  const auto two = decode_tokenize_request(R"({"prompt":["a","b"],"add_special_tokens":false})");
  REQUIRE(two);
  CHECK(two->prompts == std::vector<std::string>{"a", "b"});
  CHECK(two->prompt_is_array);
  CHECK_FALSE(two->add_special_tokens);
}

TEST_CASE("tokenize takes messages with tools and switches and adds nothing to them") {
  const auto r = decode_tokenize_request(
      R"({"messages":[{"role":"user","content":"x"}],"add_generation_prompt":false,
          "tools":[{"type":"function","function":{"name":"f"}}],
          "chat_template_kwargs":{"thinking":true}})");
  REQUIRE(r);
  REQUIRE(r->chat);
  CHECK(r->prompts.empty());
  CHECK(r->chat->messages.size() == 1);
  CHECK(r->chat->tools.size() == 1);
  CHECK(r->chat->thinking == true);
  CHECK_FALSE(r->chat->add_generation_prompt);
  CHECK_FALSE(r->add_special_tokens);
}

TEST_CASE("tokenize shows the tools that a chat with this tool_choice shows") {
  const auto tools = [](const std::string& choice) {
    const auto r = decode_tokenize_request(
        R"({"messages":[{"role":"user","content":"x"}],"tool_choice":)" + choice +
        R"(,"tools":[{"type":"function","function":{"name":"f"}},
                     {"type":"function","function":{"name":"g"}}]})");
    REQUIRE(r);
    std::string names;
    for (const auto& tool : r->chat->tools)
      names += tool.name;
    return names;
  };
  CHECK(tools("null") == "fg");
  CHECK(tools(R"("required")") == "fg");
  CHECK(tools(R"("none")").empty());
  CHECK(tools(R"({"type":"function","function":{"name":"g"}})") == "g");
}

TEST_CASE("a bad tokenize request is refused by the field's name") {
  struct row {
    std::string body;
    std::string param;
  };
  const std::vector<row> table = {
      {R"({})", "prompt"},
      {R"({"prompt":null,"messages":null})", "prompt"},
      {R"({"prompt":"x","messages":[{"role":"user","content":"x"}]})", "prompt"},
      {R"({"prompt":1})", "prompt"},
      {R"({"prompt":[]})", "prompt"},
      {R"({"prompt":["a",1]})", "prompt[1]"},
      {R"({"prompt":[1,2]})", "prompt[0]"},
      {R"({"prompt":"x","add_special_tokens":1})", "add_special_tokens"},
      {R"({"messages":[]})", "messages"},
      {R"({"messages":[{"role":"user","content":"x"}],"tool_choice":"x"})", "tool_choice"},
      {R"({"messages":[{"role":"user"}]})", "messages[0].content"},
  };
  for (const auto& r : table) {
    CAPTURE(r.body);
    const auto request = decode_tokenize_request(r.body);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == error_code::invalid_request);
    CHECK(request.error().param == r.param);
  }
}

TEST_CASE("detokenize takes ids or lists of ids") {
  const auto one = decode_detokenize_request(R"({"tokens":[1,2]})");
  REQUIRE(one);
  CHECK(one->lists == std::vector<std::vector<token_id>>{{1, 2}});
  CHECK_FALSE(one->is_array_of_arrays);
  CHECK(one->skip_special_tokens);
  const auto two = decode_detokenize_request(R"({"tokens":[[1],[]],"skip_special_tokens":false})");
  REQUIRE(two);
  CHECK(two->lists == std::vector<std::vector<token_id>>{{1}, {}});
  CHECK(two->is_array_of_arrays);
  CHECK_FALSE(two->skip_special_tokens);
  const auto none = decode_detokenize_request(R"({"tokens":[]})");
  REQUIRE(none);
  CHECK(none->lists == std::vector<std::vector<token_id>>{{}});
}

TEST_CASE("a bad detokenize request is refused by the field's name") {
  struct row {
    std::string body;
    std::string param;
  };
  const std::vector<row> table = {
      {R"({})", "tokens"},
      {R"({"tokens":1})", "tokens"},
      {R"({"tokens":"1"})", "tokens"},
      {R"({"tokens":[-1]})", "tokens[0]"},
      {R"({"tokens":[1,"a"]})", "tokens[1]"},
      {R"({"tokens":[1,[2]]})", "tokens[1]"},
      {R"({"tokens":[[1],2]})", "tokens[1]"},
      {R"({"tokens":[[1],[2.5]]})", "tokens[1][0]"},
      {R"({"tokens":[1],"skip_special_tokens":"x"})", "skip_special_tokens"},
  };
  for (const auto& r : table) {
    CAPTURE(r.body);
    const auto request = decode_detokenize_request(r.body);
    REQUIRE_FALSE(request);
    CHECK(request.error().param == r.param);
  }
}
