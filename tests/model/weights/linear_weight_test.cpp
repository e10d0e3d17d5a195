#include "model/weights/linear_weight.hpp"

#include "kernels/core/float_formats.hpp"
#include "model/weights/checkpoint.hpp"
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

std::vector<float> dequantized(const linear_weight& linear) {
  std::vector<float> values(static_cast<std::size_t>(linear.rows) *
                            static_cast<std::size_t>(linear.cols));
  dequantize_rows(linear, 0, linear.rows, values.data());
  return values;
}

model_config small_blocks() {
  model_config config;
  config.quantization = fp8_config{2, 3, false};
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
  const auto a = find_linear(*source, "a", 2, 2, config);
  REQUIRE(a.has_value());
  CHECK_FALSE(a->scale.has_value());
  CHECK(dequantized(*a) == std::vector<float>{1, 2, 3, -4});
  CHECK(block_scales(*a).empty());
  CHECK(dequantized(*find_linear(*source, "b", 1, 2, config)) == std::vector<float>{1, -2});
  CHECK(dequantized(*find_linear(*source, "c", 1, 2, config)) == std::vector<float>{1, -2});
}

TEST_CASE("an FP8 linear multiplies each block, ragged last ones included") {
  const test::temporary_folder folder("linear_fp8");
  // 5 rows and 7 columns in blocks of 2 x 3: a grid of 3 x 3.
  const std::string codes = counted_bytes(35);
  const std::vector<float> scales{0.5f, 2.0f, 3.0f, 0.1f, 1.0f, 7.0f, 0.25f, 11.0f, 13.0f};
  const auto source =
      checkpoint_of(folder, {{"w.weight", "F8_E4M3", {5, 7}, codes},
                             {"w.weight_scale_inv", "F32", {3, 3}, bytes_of(scales)}});
  const auto linear = find_linear(*source, "w", 5, 7, small_blocks());
  REQUIRE(linear.has_value());
  CHECK(linear->block_rows == 2);
  CHECK(linear->block_cols == 3);
  CHECK(block_scales(*linear) == scales);
  std::vector<float> expected;
  for (std::size_t n = 0; n < 5; ++n)
    for (std::size_t k = 0; k < 7; ++k)
      expected.push_back(
          kernels::float8_e4m3_to_float(static_cast<std::uint8_t>(codes[n * 7 + k])) *
          scales[n / 2 * 3 + k / 3]);
  CHECK(dequantized(*linear) == expected);

  std::vector<float> part(14);
  dequantize_rows(*linear, 3, 2, part.data());
  CHECK(part == std::vector<float>(expected.begin() + 21, expected.end()));
}

TEST_CASE("scales may be BF16 or E8M0") {
  const test::temporary_folder folder("linear_scales");
  const auto source = checkpoint_of(
      folder, {{"a.weight", "F8_E4M3", {1, 2}, "\x38\x40"},
               {"a.weight_scale_inv", "BF16", {1, 1}, bytes_of<std::uint16_t>({0x4000})},
               {"b.weight", "F8_E4M3", {1, 2}, "\x38\x40"},
               {"b.weight_scale_inv", "F8_E8M0", {1, 1}, "\x7d"}});
  CHECK(dequantized(*find_linear(*source, "a", 1, 2, small_blocks())) == std::vector<float>{2, 4});
  CHECK(dequantized(*find_linear(*source, "b", 1, 2, small_blocks())) ==
        std::vector<float>{0.25f, 0.5f});
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
  const auto linear = find_linear(**checkpoint::open(folder.path()), "w", 1, 2, small_blocks());
  REQUIRE(linear.has_value());
  CHECK(dequantized(*linear) == std::vector<float>{3, 6});
}

TEST_CASE("a linear without scale stays unquantised in an FP8 checkpoint") {
  const test::temporary_folder folder("linear_mixed");
  const auto source = checkpoint_of(folder, {{"w.weight", "F32", {1, 2}, bytes_of<float>({1, 2})}});
  const auto linear = find_linear(*source, "w", 1, 2, small_blocks());
  REQUIRE(linear.has_value());
  CHECK(linear->block_rows == 0);
  CHECK(dequantized(*linear) == std::vector<float>{1, 2});
}

namespace {

/// Two experts of width 2 over a hidden size of 3, all values distinct.
std::vector<float> counted_floats(float first, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = first + static_cast<float>(i);
  return values;
}

model_config two_experts() {
  model_config config;
  config.n_routed_experts = 2;
  config.moe_intermediate_size = 2;
  config.hidden_size = 3;
  return config;
}

} // namespace

TEST_CASE("experts are found one by one and fused, with the same values") {
  const test::temporary_folder single_folder("experts_single");
  std::vector<test::written_tensor> single;
  std::vector<float> gate_up;
  std::vector<float> down;
  for (int e = 0; e < 2; ++e) {
    const auto g = counted_floats(100.0f * static_cast<float>(e), 6);
    const auto u = counted_floats(100.0f * static_cast<float>(e) + 10, 6);
    const auto d = counted_floats(100.0f * static_cast<float>(e) + 20, 6);
    const std::string prefix = fmt::format("m.experts.{}.", e);
    single.push_back({prefix + "gate_proj.weight", "F32", {2, 3}, bytes_of(g)});
    single.push_back({prefix + "up_proj.weight", "F32", {2, 3}, bytes_of(u)});
    single.push_back({prefix + "down_proj.weight", "F32", {3, 2}, bytes_of(d)});
    gate_up.insert(gate_up.end(), g.begin(), g.end());
    gate_up.insert(gate_up.end(), u.begin(), u.end());
    down.insert(down.end(), d.begin(), d.end());
  }
  const test::temporary_folder fused_folder("experts_fused");
  const auto one_by_one = checkpoint_of(single_folder, single);
  const auto fused =
      checkpoint_of(fused_folder, {{"m.experts.gate_up_proj", "F32", {2, 4, 3}, bytes_of(gate_up)},
                                   {"m.experts.down_proj", "F32", {2, 3, 2}, bytes_of(down)}});
  for (int e = 0; e < 2; ++e) {
    const float base = 100.0f * static_cast<float>(e);
    for (const auto& source : {one_by_one, fused}) {
      const auto expert = find_expert(*source, "m.experts", e, two_experts());
      REQUIRE(expert.has_value());
      CHECK(expert->gate.rows == 2);
      CHECK(expert->gate.cols == 3);
      CHECK(expert->down.rows == 3);
      CHECK(dequantized(expert->gate) == counted_floats(base, 6));
      CHECK(dequantized(expert->up) == counted_floats(base + 10, 6));
      CHECK(dequantized(expert->down) == counted_floats(base + 20, 6));
    }
  }
}

TEST_CASE("fused FP8 experts bring their own scales") {
  const test::temporary_folder folder("experts_fp8");
  auto config = two_experts();
  config.moe_intermediate_size = 3; // blocks of 2 rows: two scale rows for each of gate and up
  config.quantization = fp8_config{2, 2, false};
  const std::string gate_up(2 * 6 * 3, '\x38');
  const std::string down(2 * 3 * 3, '\x38');
  const auto gate_up_scales = counted_floats(1, 2 * 4 * 2);
  const auto down_scales = counted_floats(50, 2 * 2 * 2);
  const auto source = checkpoint_of(
      folder, {{"x.gate_up_proj", "F8_E4M3", {2, 6, 3}, gate_up},
               {"x.gate_up_proj_scale_inv", "F32", {2, 4, 2}, bytes_of(gate_up_scales)},
               {"x.down_proj", "F8_E4M3", {2, 3, 3}, down},
               {"x.down_proj_scale_inv", "F32", {2, 2, 2}, bytes_of(down_scales)}});
  const auto expert = find_expert(*source, "x", 1, config);
  REQUIRE(expert.has_value());
  CHECK(block_scales(expert->gate) == std::vector<float>{9, 10, 11, 12});
  CHECK(block_scales(expert->up) == std::vector<float>{13, 14, 15, 16});
  CHECK(block_scales(expert->down) == std::vector<float>{54, 55, 56, 57});
  CHECK(dequantized(expert->up) == std::vector<float>{13, 13, 14, 13, 13, 14, 15, 15, 16});
}

TEST_CASE("float vectors and matrices are read whatever their float type") {
  const test::temporary_folder folder("vectors");
  const auto source =
      checkpoint_of(folder, {{"norm", "BF16", {2}, bytes_of<std::uint16_t>({0x3f80, 0x4000})},
                             {"bias", "F32", {2}, bytes_of<float>({0.5f, -1})},
                             {"head", "F16", {1, 2}, bytes_of<std::uint16_t>({0x3c00, 0xc000})}});
  CHECK(*find_floats(*source, "norm", 2) == std::vector<float>{1, 2});
  CHECK(*find_floats(*source, "bias", 2) == std::vector<float>{0.5f, -1});
  CHECK(find_matrix(*source, "head", 1, 2)->dtype == tensor_dtype::f16);
}
