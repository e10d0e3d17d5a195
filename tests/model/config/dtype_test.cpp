#include "model/config/dtype.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;

TEST_CASE("--dtype auto follows the config, then the checkpoint") {
  model_config config;
  CHECK(resolve_compute_dtype("auto", config, compute_dtype::float32) == compute_dtype::float32);
  config.torch_dtype = compute_dtype::bfloat16;
  CHECK(resolve_compute_dtype("auto", config, compute_dtype::float32) == compute_dtype::bfloat16);
}

TEST_CASE("--dtype by name decides over both") {
  model_config config;
  config.torch_dtype = compute_dtype::bfloat16;
  for (const auto dtype :
       {compute_dtype::float32, compute_dtype::bfloat16, compute_dtype::float16}) {
    CHECK(resolve_compute_dtype(to_string(dtype), config, compute_dtype::bfloat16) == dtype);
    CHECK(parse_compute_dtype(to_string(dtype)) == dtype);
  }
}

TEST_CASE("an unknown --dtype is refused with the names there are") {
  const auto r = resolve_compute_dtype("int8", model_config{}, compute_dtype::float32);
  REQUIRE_FALSE(r.has_value());
  CHECK(r.error().code == error_code::invalid_config);
  CHECK(r.error().param == "dtype");
  CHECK(r.error().message == "--dtype is \"int8\", allowed: auto, float32, bfloat16, float16");
}
