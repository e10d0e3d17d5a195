#include "net/admin/health.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::net;

TEST_CASE("health says ok in one member") {
  const auto r = health_response(health_state::ok);
  CHECK(r.status == 200);
  CHECK(r.body == R"({"status":"ok"})");
}

TEST_CASE("every other state is 503 with its name, the error and when to ask again") {
  struct row {
    health_state state;
    std::string name;
    std::string code;
  };
  for (const auto& r : {row{health_state::starting, "starting", "starting"},
                        row{health_state::draining, "draining", "draining"},
                        row{health_state::failed, "failed", "model_failed"},
                        row{health_state::stalled, "stalled", "model_failed"}}) {
    const auto response = health_response(r.state, "Shard 2 of 3.", 4);
    CHECK(response.status == 503);
    CHECK(response.body.starts_with(R"({"status":")" + r.name + R"(","error":{"message":")"));
    CHECK(response.body.ends_with(R"( Shard 2 of 3.","type":"server_error","param":null,"code":")" +
                                  r.code + R"("}})"));
    REQUIRE(response.headers.size() == 1);
    CHECK(response.headers[0].name == "Retry-After");
    CHECK(response.headers[0].value == "4");
  }
}
