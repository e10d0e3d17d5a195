#include "net/native/model_info.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace hadal::net;
using json = nlohmann::json;

TEST_CASE("model info names model and tokenizer") {
  const auto body = json::parse(model_info_response({"a/\"b\"", "c"}).body);
  CHECK(body["model_path"] == "a/\"b\"");
  CHECK(body["tokenizer_path"] == "c");
  CHECK(body["is_generation"] == true);
  CHECK(body["preferred_sampling_params"].is_null());
}

TEST_CASE("server info has the settings, the sizes and one internal state") {
  const auto body = json::parse(
      server_info_response(R"("port":30000,"device":"cpu")", {4096, 16384, 256, 512}, "ok", "1.2")
          .body);
  CHECK(body["port"] == 30000);
  CHECK(body["version"] == "1.2");
  CHECK(body["status"] == "ok");
  CHECK(body["max_total_num_tokens"] == 16384);
  CHECK(body["max_req_input_len"] == 4095);
  REQUIRE(body["internal_states"].size() == 1);
  CHECK(body["internal_states"][0]["context_length"] == 4096);
  CHECK(json::parse(server_info_response("", {}, "starting", "1").body)["status"] == "starting");
}
