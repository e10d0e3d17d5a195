#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

completion_request decoded(const std::string& members) {
  auto request = decode_completion_request("{" + members + "}");
  INFO((request ? "" : request.error().param + ": " + request.error().message));
  REQUIRE(request);
  return *std::move(request);
}

} // namespace

TEST_CASE("a prompt is a string, strings, ids or lists of ids") {
  const auto one = decoded(R"("prompt":"hi")");
  REQUIRE(one.prompts.size() == 1);
  CHECK(std::get<std::string>(one.prompts[0]) == "hi");
  CHECK_FALSE(one.prompt_is_array);

  const auto strings = decoded(R"("prompt":["a","","c"])");
  REQUIRE(strings.prompts.size() == 3);
  CHECK(std::get<std::string>(strings.prompts[2]) == "c");
  CHECK(strings.prompt_is_array);

  const auto ids = decoded(R"("prompt":[0,5,2147483647])");
  REQUIRE(ids.prompts.size() == 1);
  CHECK(std::get<std::vector<token_id>>(ids.prompts[0]) == std::vector<token_id>{0, 5, 2147483647});

  const auto lists = decoded(R"("prompt":[[1,2],[],[3]])");
  REQUIRE(lists.prompts.size() == 3);
  CHECK(std::get<std::vector<token_id>>(lists.prompts[0]) == std::vector<token_id>{1, 2});
  CHECK(std::get<std::vector<token_id>>(lists.prompts[1]).empty());
}

TEST_CASE("an empty prompt is a prompt") {
  CHECK(std::get<std::string>(decoded(R"("prompt":"")").prompts.at(0)).empty());
}

TEST_CASE("completions default to 16 tokens and no logprobs") {
  const auto r = decoded(R"("prompt":"x")");
  CHECK(r.generation.max_tokens == 16);
  CHECK_FALSE(r.logprobs);
  CHECK_FALSE(r.echo);
}

TEST_CASE("max_tokens 0 is allowed with echo only") {
  const auto r = decoded(R"("prompt":"x","echo":true,"max_tokens":0)");
  CHECK(r.echo);
  CHECK(r.generation.max_tokens == 0);
}

TEST_CASE("logprobs counts alternatives from 0 to 20") {
  CHECK(decoded(R"("prompt":"x","logprobs":0)").logprobs == 0);
  CHECK(decoded(R"("prompt":"x","logprobs":20)").logprobs == 20);
}

TEST_CASE("echo goes with logprobs") {
  const auto r = decoded(R"("prompt":"x","echo":true,"logprobs":2)");
  CHECK((r.echo && r.logprobs == 2));
}

TEST_CASE("a suffix goes with every prompt that is text") {
  CHECK(decoded(R"("prompt":"x","suffix":"y")").suffix == "y");
  CHECK(decoded(R"("prompt":["x","z"],"suffix":"y","echo":true)").suffix == "y");
  CHECK_FALSE(decoded(R"("prompt":[1],"suffix":"")").suffix);
}

TEST_CASE("SGLang's no_stop_trim keeps the stop string too") {
  CHECK(decoded(R"("prompt":"x","no_stop_trim":true)").generation.include_stop_str_in_output);
}

TEST_CASE("best_of and suffix may say what is done anyway") {
  CHECK(decoded(R"("prompt":"x","n":3,"best_of":3,"suffix":"")").generation.n == 3);
  CHECK(decoded(R"("prompt":"x","best_of":null,"suffix":null)").generation.n == 1);
}

TEST_CASE("prompts times n may reach the limit of choices") {
  CHECK(decoded(R"("prompt":["a","b","c","d","e","f","g","h"],"n":128)").prompts.size() == 8);
}
