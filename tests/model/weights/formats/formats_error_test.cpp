#include "model/weights/checkpoint.hpp"
#include "model/weights/formats/weight_formats.hpp"
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

result<found_weight> find(const std::filesystem::path& folder, const weight_module& module,
                          const model_config& config) {
  const auto source = checkpoint::open(folder);
  REQUIRE(source.has_value());
  return weight_formats(config, true).format_of(module).find(**source, module);
}

const weight_module w = {"w", tensor_role::linear, 1, 2};

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
    const auto linear = find(folder.path(), w, config);
    REQUIRE_FALSE(linear.has_value());
    INFO(linear.error().message);
    CHECK(linear.error().code == error_code::invalid_checkpoint);
    CHECK(linear.error().param == c.param);
    CHECK(linear.error().message.find(file.string() + ": tensor \"" + c.param + "\"") == 0);
    CHECK(linear.error().message.find(c.says) != std::string::npos);
  }
}

TEST_CASE(
    "FP8 weights need the block size that config.json gives, and a module that it quantises") {
  const test::temporary_folder folder("linear_config");
  test::write_file(
      folder.path() / "model.safetensors",
      test::safetensors_bytes({{"w.weight", "F8_E4M3", {1, 2}, "\x38\x40"},
                               {"w.weight_scale_inv", "F32", {1, 1}, bytes_of<float>({1})}}));
  model_config config;
  CHECK(find(folder.path(), w, config).error().message.find("no quantization_config") !=
        std::string::npos);
  config.quantization = fp8_config{};
  CHECK(find(folder.path(), w, config).has_value());
  config.quantization->modules_to_not_convert = {"w"};
  CHECK(find(folder.path(), w, config).error().message.find("lists its module as not converted") !=
        std::string::npos);
}

TEST_CASE("an unquantised linear beside a scale is refused without a quantization_config too") {
  const test::temporary_folder folder("linear_stray_scale");
  test::write_file(
      folder.path() / "model.safetensors",
      test::safetensors_bytes({{"w.weight", "BF16", {1, 2}, "abcd"},
                               {"w.weight_scale_inv", "F32", {1, 1}, bytes_of<float>({1})}}));
  CHECK(find(folder.path(), w, model_config{}).error().message.find("is BF16 but has a scale") !=
        std::string::npos);
}

TEST_CASE("vectors and matrices that are no floats are refused") {
  const test::temporary_folder folder("vector_error");
  test::write_file(folder.path() / "model.safetensors",
                   test::safetensors_bytes({{"norm.weight", "I8", {2}, "ab"},
                                            {"head.weight", "F8_E4M3", {1, 2}, "ab"}}));
  const auto source = *checkpoint::open(folder.path());
  const auto floats = [&](std::int64_t count) {
    return find_floats(*source, {"norm", tensor_role::norm, count}).error();
  };
  CHECK(floats(2).message.find("is I8, expected F32, BF16 or F16") != std::string::npos);
  CHECK(floats(3).param == "norm.weight");
  const auto head = plain_format().find(*source, {"head", tensor_role::head, 1, 2});
  CHECK(head.error().message.find("is F8_E4M3, expected F32, BF16 or F16") != std::string::npos);
}
