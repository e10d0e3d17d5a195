#include "actors/gateway/request_checks.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

TEST_CASE("a model is served under its names, as default, without a name, or under any name") {
  server_config config;
  config.served_names = {"small", "alias"};
  for (const char* name : {"small", "alias", "default", ""})
    CHECK(check_model_name(config, name));
  const auto refused = check_model_name(config, "large");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::model_not_found);
  CHECK(refused.error().param == "model");
  config.allow_any_model_name = true;
  CHECK(check_model_name(config, "large"));
}

TEST_CASE("a logit processor must be enabled and known") {
  server_config config;
  net::generation_fields fields;
  CHECK(check_processor(config, fields));
  fields.processor = net::logit_processor::thinking_budget;
  CHECK_FALSE(check_processor(config, fields));
  config.enable_custom_logit_processor = true;
  CHECK(check_processor(config, fields));
  fields.processor = net::logit_processor::unknown;
  const auto refused = check_processor(config, fields);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "custom_logit_processor");
}

TEST_CASE("a service that is ready takes requests up to its limit") {
  server_config config;
  config.streams_max = 2;
  using protocol::service_phase;
  CHECK_FALSE(refusal_of(config, service_phase::ready, 1));
  CHECK(refusal_of(config, service_phase::ready, 2)->code == error_code::queue_full);
  CHECK(refusal_of(config, service_phase::starting, 0)->code == error_code::starting);
  CHECK(refusal_of(config, service_phase::rebuilding, 0)->code == error_code::model_failed);
  CHECK(refusal_of(config, service_phase::draining, 0)->code == error_code::draining);
}
