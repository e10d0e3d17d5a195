#include "net/openai/small_answers.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

TEST_CASE("models are listed and shown alone") {
  const std::vector<served_model> models = {{"a/b", "/models/b", 5, 4096},
                                            {"c", "/models/b", 5, 4096}};
  CHECK(
      models_response(models).body ==
      R"({"object":"list","data":[{"id":"a/b","object":"model","created":5,"owned_by":"hadal",)"
      R"("root":"/models/b","parent":null,"max_model_len":4096},{"id":"c","object":"model",)"
      R"("created":5,"owned_by":"hadal","root":"/models/b","parent":null,"max_model_len":4096}]})");
  CHECK(model_response(models[1]).body ==
        R"({"id":"c","object":"model","created":5,"owned_by":"hadal","root":"/models/b",)"
        R"("parent":null,"max_model_len":4096})");
  CHECK(models_response({}).body == R"({"object":"list","data":[]})");
}

TEST_CASE("tokenize answers with a list, or with lists in order") {
  const std::vector<std::vector<token_id>> lists = {{1, 2}, {}};
  CHECK(tokenize_response({lists.data(), 1}, false, 64).body ==
        R"({"tokens":[1,2],"count":2,"max_model_len":64})");
  CHECK(tokenize_response(lists, true, 64).body ==
        R"({"tokens":[[1,2],[]],"count":[2,0],"max_model_len":64})");
}

TEST_CASE("detokenize answers with a text, or with texts in order") {
  const std::vector<std::string> texts = {"a\n", "\xff"};
  CHECK(detokenize_response({texts.data(), 1}, false).body == R"({"text":"a\n"})");
  CHECK(detokenize_response(texts, true).body == "{\"text\":[\"a\\n\",\"\xEF\xBF\xBD\"]}");
}

TEST_CASE("the version is one member") {
  CHECK(version_response("0.1.0").body == R"({"version":"0.1.0"})");
}
