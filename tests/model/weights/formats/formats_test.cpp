// Weights in each format: what is read, and its values.
#include "kernels/core/float_formats.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/formats/weight_formats.hpp"
#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;
using test::bytes_of;
using test::safetensors_bytes;

namespace {

std::shared_ptr<const checkpoint> checkpoint_of(const test::temporary_folder& folder,
                                                const std::vector<test::written_tensor>& tensors) {
  test::write_file(folder.path() / "model.safetensors", safetensors_bytes(tensors, 3));
  return *checkpoint::open(folder.path());
}

weight_module linear(const std::string& name, std::int64_t rows, std::int64_t cols) {
  return {name, tensor_role::linear, rows, cols};
}

std::vector<float> dequantised(const kernels::raw_weight& raw) {
  std::vector<float> values;
  for (std::int64_t n = 0; n < raw.rows; ++n)
    for (std::int64_t k = 0; k < raw.cols; ++k)
      values.push_back(kernels::stored_value(raw, n, k) *
                       (raw.scales.data == nullptr ? 1.0f : kernels::scale_of(raw, n, k)));
  return values;
}

/// The values of a linear that has to be there.
std::vector<float> values_of(const weight_source& source, const weight_module& module,
                             const model_config& config) {
  const auto found = weight_formats(config, true).format_of(module).find(source, module);
  if (!found)
    FAIL(found.error().message);
  return dequantised(found->matrices.at(0));
}

model_config small_blocks() {
  model_config config;
  config.quantization = fp8_config{2, 3, false, {}};
  return config;
}

std::string counted_bytes(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes += static_cast<char>(0x20 + i % 64);
  return bytes;
}

} // namespace

TEST_CASE("an unquantised linear is read in every float type") {
  const test::temporary_folder folder("linear_float");
  const auto source = checkpoint_of(
      folder, {{"a.weight", "F32", {2, 2}, bytes_of<float>({1, 2, 3, -4})},
               {"b.weight", "BF16", {1, 2}, bytes_of<std::uint16_t>({0x3f80, 0xc000})},
               {"c.weight", "F16", {1, 2}, bytes_of<std::uint16_t>({0x3c00, 0xc000})}});
  const model_config config;
  CHECK(values_of(*source, linear("a", 2, 2), config) == std::vector<float>{1, 2, 3, -4});
  CHECK(values_of(*source, linear("b", 1, 2), config) == std::vector<float>{1, -2});
  CHECK(values_of(*source, linear("c", 1, 2), config) == std::vector<float>{1, -2});
  const auto found = plain_format().find(*source, linear("a", 2, 2));
  REQUIRE(found.has_value());
  CHECK(found->matrices.at(0).scales.data == nullptr);
  CHECK(found->matrices.at(0).input == kernels::input_form::plain);
}

TEST_CASE("an FP8 linear multiplies each block, ragged last ones included") {
  const test::temporary_folder folder("linear_fp8");
  // 5 rows and 7 columns in blocks of 2 x 3: a grid of 3 x 3.
  const std::string codes = counted_bytes(35);
  const std::vector<float> scales{0.5f, 2.0f, 3.0f, 0.1f, 1.0f, 7.0f, 0.25f, 11.0f, 13.0f};
  const auto source =
      checkpoint_of(folder, {{"w.weight", "F8_E4M3", {5, 7}, codes},
                             {"w.weight_scale_inv", "F32", {3, 3}, bytes_of(scales)}});
  std::vector<float> expected;
  for (std::size_t n = 0; n < 5; ++n)
    for (std::size_t k = 0; k < 7; ++k)
      expected.push_back(
          kernels::float8_e4m3_to_float(static_cast<std::uint8_t>(codes[n * 7 + k])) *
          scales[n / 2 * 3 + k / 3]);
  CHECK(values_of(*source, linear("w", 5, 7), small_blocks()) == expected);
}

TEST_CASE("FP8 weights say how this run quantises their input") {
  const test::temporary_folder folder("linear_input");
  const auto source = checkpoint_of(folder, {{"w.weight", "F8_E4M3", {1, 1}, "\x38"},
                                             {"w.weight_scale_inv", "F8_E8M0", {1, 1}, "\x7f"},
                                             {"v.weight", "F16", {1, 1}, "ab"}});
  auto config = small_blocks();
  const auto input = [&](const char* name, bool quantise) {
    const weight_module module = linear(name, 1, 1);
    const weight_formats formats(config, quantise);
    return formats.format_of(module).find(*source, module)->matrices.at(0).input;
  };
  CHECK(input("w", true) == kernels::input_form::e4m3_128);
  CHECK(input("w", false) == kernels::input_form::plain);
  config.quantization->scale_ue8m0 = true;
  CHECK(input("w", true) == kernels::input_form::e4m3_128_ue8m0);
  CHECK(input("w", false) == kernels::input_form::plain);
  CHECK(input("v", true) == kernels::input_form::plain); // an unquantised one beside them
}

TEST_CASE("scales may be BF16 or E8M0") {
  const test::temporary_folder folder("linear_scales");
  const auto source = checkpoint_of(
      folder, {{"a.weight", "F8_E4M3", {1, 2}, "\x38\x40"},
               {"a.weight_scale_inv", "BF16", {1, 1}, bytes_of<std::uint16_t>({0x4000})},
               {"b.weight", "F8_E4M3", {1, 2}, "\x38\x40"},
               {"b.weight_scale_inv", "F8_E8M0", {1, 1}, "\x7d"}});
  CHECK(values_of(*source, linear("a", 1, 2), small_blocks()) == std::vector<float>{2, 4});
  CHECK(values_of(*source, linear("b", 1, 2), small_blocks()) == std::vector<float>{0.25f, 0.5f});
}

TEST_CASE("a scale may lie in another shard than its weight") {
  const test::temporary_folder folder("linear_shards");
  test::write_file(folder.path() / "1.safetensors",
                   safetensors_bytes({{"w.weight", "F8_E4M3", {1, 2}, "\x38\x40"}}));
  test::write_file(
      folder.path() / "2.safetensors",
      safetensors_bytes({{"w.weight_scale_inv", "F32", {1, 1}, bytes_of<float>({3})}}));
  test::write_index(folder.path(),
                    {{"w.weight", "1.safetensors"}, {"w.weight_scale_inv", "2.safetensors"}});
  CHECK(values_of(**checkpoint::open(folder.path()), linear("w", 1, 2), small_blocks()) ==
        std::vector<float>{3, 6});
}

TEST_CASE("a linear without scale stays unquantised in an FP8 checkpoint") {
  const test::temporary_folder folder("linear_mixed");
  const auto source = checkpoint_of(folder, {{"w.weight", "F32", {1, 2}, bytes_of<float>({1, 2})}});
  CHECK(values_of(*source, linear("w", 1, 2), small_blocks()) == std::vector<float>{1, 2});
}

TEST_CASE("fused experts are their matrices one by one, expert by expert") {
  const test::temporary_folder folder("experts_fused");
  std::vector<float> counted(2 * 4 * 3);
  for (std::size_t i = 0; i < counted.size(); ++i)
    counted[i] = static_cast<float>(i);
  const auto source =
      checkpoint_of(folder, {{"m.experts.gate_up_proj", "F32", {2, 4, 3}, bytes_of(counted)}});
  weight_module module = linear("m.experts.gate_up_proj", 2, 3);
  module.stacks = 2;
  module.parts = 2;
  const auto found = plain_format().find(*source, module);
  REQUIRE(found.has_value());
  REQUIRE(found->matrices.size() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(dequantised(found->matrices[i]) ==
          std::vector<float>(counted.begin() + static_cast<long>(6 * i),
                             counted.begin() + static_cast<long>(6 * i + 6)));
}

TEST_CASE("blocks of fused FP8 experts begin anew with every matrix") {
  const test::temporary_folder folder("experts_fp8");
  model_config config;
  config.quantization = fp8_config{2, 2, false, {}};
  std::vector<float> scales; // 2 experts, 2 parts of 3 rows: two scale rows each
  for (int i = 1; i <= 16; ++i)
    scales.push_back(static_cast<float>(i));
  const auto source =
      checkpoint_of(folder, {{"x.gate_up_proj", "F8_E4M3", {2, 6, 3}, std::string(36, '\x38')},
                             {"x.gate_up_proj_scale_inv", "F32", {2, 4, 2}, bytes_of(scales)}});
  weight_module module = linear("x.gate_up_proj", 3, 3);
  module.stacks = 2;
  module.parts = 2;
  const auto found = weight_formats(config, true).format_of(module).find(*source, module);
  REQUIRE(found.has_value());
  REQUIRE(found->matrices.size() == 4);
  CHECK(dequantised(found->matrices[2]) == std::vector<float>{9, 9, 10, 9, 9, 10, 11, 11, 12});
  CHECK(dequantised(found->matrices[3]) == std::vector<float>{13, 13, 14, 13, 13, 14, 15, 15, 16});
}

TEST_CASE("float vectors and matrices are read whatever their float type") {
  const test::temporary_folder folder("vectors");
  const auto source = checkpoint_of(
      folder, {{"norm.weight", "BF16", {2}, bytes_of<std::uint16_t>({0x3f80, 0x4000})},
               {"bias", "F32", {2}, bytes_of<float>({0.5f, -1})},
               {"head.weight", "F16", {1, 2}, bytes_of<std::uint16_t>({0x3c00, 0xc000})}});
  CHECK(*find_floats(*source, {"norm", tensor_role::norm, 2}) == std::vector<float>{1, 2});
  CHECK(*find_floats(*source, {"bias", tensor_role::router_bias, 2}) ==
        std::vector<float>{0.5f, -1});
  const auto head = plain_format().find(*source, {"head", tensor_role::head, 1, 2});
  CHECK(head->matrices.at(0).type == kernels::dtype::float16);
}

TEST_CASE("only linears are quantised, and not those that the config's list leaves out") {
  auto config = small_blocks();
  config.quantization->modules_to_not_convert = {"lm_head", "model.layers.1.self_attn",
                                                 "model.layers.2.mlp.gate_proj"};
  const weight_formats formats(config, true);
  const auto name = [&](const char* module, tensor_role role = tensor_role::linear) {
    return formats.format_of({module, role, 4, 4}).name();
  };
  CHECK(name("model.layers.0.self_attn.o_proj") == "FP8 block");
  CHECK(name("model.layers.1.self_attn.o_proj") == "plain");
  CHECK(name("model.layers.2.mlp.gate_proj") == "plain");
  CHECK(name("model.layers.2.mlp.up_proj") == "FP8 block");
  CHECK(name("model.layers.2.mlp.gate_proj_2") == "FP8 block"); // no part of a path
  CHECK(name("model.layers.11.self_attn.o_proj") == "FP8 block");
  CHECK(name("lm_head", tensor_role::head) == "plain");
  CHECK(name("model.norm", tensor_role::norm) == "plain");
  CHECK(name("model.layers.3.mlp.gate", tensor_role::router) == "plain");
  CHECK(weight_formats(model_config{}, true).format_of(linear("a", 1, 1)).name() == "plain");

  const auto expected = formats.expect({linear("model.layers.0.mlp.up_proj", 5, 7),
                                        linear("model.layers.1.self_attn.o_proj", 5, 7)});
  REQUIRE(expected.size() == 3);
  CHECK(expected[0].dtypes == std::vector{tensor_dtype::f8_e4m3});
  CHECK(expected[1].name == "model.layers.0.mlp.up_proj.weight_scale_inv");
  CHECK(expected[1].shape == std::vector<std::int64_t>{3, 3});
  CHECK(expected[2].name == "model.layers.1.self_attn.o_proj.weight");
}
