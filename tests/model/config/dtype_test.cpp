#include "model/config/dtype.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;

TEST_CASE("the dtype auto follows the config, then what is stored") {
  model_config config;
  CHECK(resolve_compute_dtype(std::nullopt, config, compute_dtype::float32) ==
        compute_dtype::float32);
  config.torch_dtype = compute_dtype::bfloat16;
  CHECK(resolve_compute_dtype(std::nullopt, config, compute_dtype::float32) ==
        compute_dtype::bfloat16);
}

TEST_CASE("a dtype by name decides over both") {
  model_config config;
  config.torch_dtype = compute_dtype::bfloat16;
  for (const auto dtype : {compute_dtype::float32, compute_dtype::bfloat16, compute_dtype::float16})
    CHECK(resolve_compute_dtype(dtype, config, compute_dtype::bfloat16) == dtype);
}

TEST_CASE("every dtype has a name that reads back, and nothing else is one") {
  for (const auto dtype : {compute_dtype::float32, compute_dtype::bfloat16, compute_dtype::float16})
    CHECK(parse_compute_dtype(to_string(dtype)) == dtype);
  CHECK(parse_compute_dtype("half") == compute_dtype::float16);
  CHECK(parse_compute_dtype("float") == compute_dtype::float32);
  for (const char* name : {"", "auto", "int8", "Float32", "bfloat16 "})
    CHECK_FALSE(parse_compute_dtype(name).has_value());
}
