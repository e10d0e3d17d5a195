#include "model/weights/checkpoint.hpp"
#include "model/weights/linear_weight.hpp"
#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;
using test::bytes_of;
using test::written_tensor;

namespace {

struct bad_linear {
  std::vector<written_tensor> tensors;
  std::string param;
  std::string says;
};

} // namespace

TEST_CASE("a linear whose dtype or scale does not fit is refused with file and tensor") {
  const written_tensor fp8{"w.weight", "F8_E4M3", {1, 2}, "\x38\x40"};
  const std::vector<bad_linear> cases = {
      {{{"v.weight", "F32", {1}, bytes_of<float>({1})}}, "w.weight", "[1, 2] is missing"},
      {{{"w.weight", "F32", {2, 1}, bytes_of<float>({1, 2})}},
       "w.weight",
       "has shape [2, 1], expected [1, 2]"},
      {{{"w.weight", "I8", {1, 2}, "ab"}}, "w.weight", "is I8, expected F32, BF16, F16 or F8_E4M3"},
      {{{"w.weight", "F64", {1, 2}, std::string(16, 'x')}}, "w.weight", "is F64, expected"},
      {{{"w.weight", "F8_E5M2", {1, 2}, "ab"}}, "w.weight", "is F8_E5M2, expected"},
      {{fp8}, "w.weight", "its scale \"w.weight_scale_inv\" is missing"},
      {{fp8, {"w.weight_scale_inv", "F32", {2, 1}, bytes_of<float>({1, 2})}},
       "w.weight_scale_inv",
       "has shape [2, 1], expected [1, 1]"},
      {{fp8, {"w.weight_scale_inv", "F16", {1, 1}, "ab"}},
       "w.weight_scale_inv",
       "is F16, expected F32, BF16 or F8_E8M0"},
      {{{"w.weight", "BF16", {1, 2}, "abcd"},
        {"w.weight_scale_inv", "F32", {1, 1}, bytes_of<float>({1})}},
       "w.weight",
       "is BF16 but has a scale"},
  };
  model_config config;
  config.quantization = fp8_config{};
  for (const auto& c : cases) {
    const test::temporary_folder folder("linear_error");
    const auto file = folder.path() / "model.safetensors";
    test::write_file(file, test::safetensors_bytes(c.tensors));
    const auto linear = find_linear(**checkpoint::open(folder.path()), "w", 1, 2, config);
    REQUIRE_FALSE(linear.has_value());
    INFO(linear.error().message);
    CHECK(linear.error().code == error_code::invalid_checkpoint);
    CHECK(linear.error().param == c.param);
    CHECK(linear.error().message.find(file.string() + ": tensor \"" + c.param + "\"") == 0);
    CHECK(linear.error().message.find(c.says) != std::string::npos);
  }
}

TEST_CASE("FP8 weights need the block size that config.json gives") {
  const test::temporary_folder folder("linear_config");
  test::write_file(
      folder.path() / "model.safetensors",
      test::safetensors_bytes({{"w.weight", "F8_E4M3", {1, 2}, "\x38\x40"},
                               {"w.weight_scale_inv", "F32", {1, 1}, bytes_of<float>({1})}}));
  const auto linear = find_linear(**checkpoint::open(folder.path()), "w", 1, 2, model_config{});
  REQUIRE_FALSE(linear.has_value());
  CHECK(linear.error().message.find("no quantization_config") != std::string::npos);
}

TEST_CASE("an expert that is there in neither layout is missed by its own name") {
  const test::temporary_folder folder("expert_error");
  test::write_file(folder.path() / "model.safetensors",
                   test::safetensors_bytes({{"x", "U8", {1}, "x"}}));
  model_config config;
  config.n_routed_experts = 2;
  config.moe_intermediate_size = 1;
  config.hidden_size = 1;
  const auto expert = find_expert(**checkpoint::open(folder.path()), "m.experts", 1, config);
  REQUIRE_FALSE(expert.has_value());
  CHECK(expert.error().param == "m.experts.1.gate_proj.weight");
}

TEST_CASE("vectors and matrices that are no floats are refused") {
  const test::temporary_folder folder("vector_error");
  test::write_file(
      folder.path() / "model.safetensors",
      test::safetensors_bytes({{"norm", "I8", {2}, "ab"}, {"head", "U8", {1, 2}, "ab"}}));
  const auto source = *checkpoint::open(folder.path());
  CHECK(find_floats(*source, "norm", 2).error().message.find("is I8, expected F32, BF16 or F16") !=
        std::string::npos);
  CHECK(find_floats(*source, "norm", 3).error().param == "norm");
  CHECK(find_matrix(*source, "head", 1, 2).error().param == "head");
}
