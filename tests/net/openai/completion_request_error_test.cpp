#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

TEST_CASE("a bad completion request is refused by the field's name") {
  struct row {
    std::string body;
    std::string param;
  };
  std::string many = R"({"prompt":["")";
  for (int i = 1; i < 1025; ++i)
    many += R"(,"")";
  many += "]}";
  const std::vector<row> table = {
      {R"({})", "prompt"},
      {R"({"prompt":null})", "prompt"},
      {R"({"prompt":1})", "prompt"},
      {R"({"prompt":{}})", "prompt"},
      {R"({"prompt":[]})", "prompt"},
      {R"({"prompt":[null]})", "prompt[0]"},
      {R"({"prompt":[1.5]})", "prompt[0]"},
      {R"({"prompt":[18446744073709551615]})", "prompt[0]"},
      {R"({"prompt":[-1]})", "prompt[0]"},
      {R"({"prompt":[1,"a"]})", "prompt[1]"},
      {R"({"prompt":[1,2147483648]})", "prompt[1]"},
      {R"({"prompt":["a",1]})", "prompt[1]"},
      {R"({"prompt":["a",["b"]]})", "prompt[1]"},
      {R"({"prompt":[[1],"a"]})", "prompt[1]"},
      {R"({"prompt":[[1],[2,-3]]})", "prompt[1][1]"},
      {R"({"prompt":[["a"]]})", "prompt[0][0]"},
      {many, "prompt"},
      {R"({"prompt":"x","max_tokens":0})", "max_tokens"},
      {R"({"prompt":"x","max_tokens":-5,"echo":true})", "max_tokens"},
      {R"({"prompt":"x","min_tokens":17})", "min_tokens"},
      {R"({"prompt":"x","logprobs":true})", "logprobs"},
      {R"({"prompt":"x","logprobs":21})", "logprobs"},
      {R"({"prompt":"x","logprobs":-1})", "logprobs"},
      {R"({"prompt":"x","echo":1})", "echo"},
      {R"({"prompt":[1],"suffix":"y"})", "suffix"},
      {R"({"prompt":[[1],[2]],"suffix":"y"})", "suffix"},
      {R"({"prompt":"x","suffix":"y","echo":true,"logprobs":0})", "suffix"},
      {R"({"prompt":"x","suffix":1})", "suffix"},
      {R"({"prompt":"x","best_of":2})", "best_of"},
      {R"({"prompt":"x","n":2,"best_of":1})", "best_of"},
      {R"({"prompt":"x","best_of":0})", "best_of"},
      {R"({"prompt":["1","2","3","4","5","6","7","8","9"],"n":128})", "n"},
      {R"({"prompt":"x","temperature":-1})", "temperature"},
      {R"({"prompt":"x","json_schema":[]})", "json_schema"},
  };
  for (const auto& r : table) {
    CAPTURE(r.body.substr(0, 200));
    const auto request = decode_completion_request(r.body);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == error_code::invalid_request);
    CHECK(request.error().param == r.param);
  }
}

TEST_CASE("a range error names the bounds and the value") {
  const auto request = decode_completion_request(R"({"prompt":"x","logprobs":21})");
  REQUIRE_FALSE(request);
  CHECK(request.error().message == "`logprobs` must be an integer in [0, 20]; found 21.");
}
