#include "model/weights/weight_modules.hpp"

#include "model/weights/checkpoint.hpp"
#include "tests/model/config/sample_configs.hpp"
#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;

TEST_CASE("a module's tensor has its name, and most have a weight there") {
  const auto v3 = *parse_model_config(test::v3_config().dump());
  const layer_modules layer = modules_of_layer(v3, 3, false);
  CHECK(layer.attention.o.tensor_name() == "model.layers.3.self_attn.o_proj.weight");
  CHECK(layer.moe->router.tensor_name() == "model.layers.3.mlp.gate.weight");
  CHECK(layer.moe->router_bias->tensor_name() == "model.layers.3.mlp.gate.e_score_correction_bias");
  CHECK(layer.moe->router_bias->shape() == std::vector<std::int64_t>{256});
  CHECK(layer.moe->experts.size() == 256);
  CHECK_FALSE(layer.dense.has_value());

  const layer_modules fused = modules_of_layer(v3, 3, true);
  CHECK(fused.moe->experts.empty());
  CHECK(fused.moe->fused_gate_up->tensor_name() == "model.layers.3.mlp.experts.gate_up_proj");
  CHECK(fused.moe->fused_gate_up->shape() == std::vector<std::int64_t>{256, 4096, 7168});
  CHECK(fused.moe->fused_gate_up->matrices() == 512);
  CHECK(fused.moe->fused_down->matrices() == 256);
}

TEST_CASE("experts count as fused where they are not there one by one") {
  const auto has_fused = [](const std::vector<std::string>& names) {
    const test::temporary_folder folder("fused");
    std::vector<test::written_tensor> tensors;
    for (const std::string& name : names)
      tensors.push_back({"model.layers.1.mlp.experts." + name, "U8", {1}, "x"});
    test::write_file(folder.path() / "model.safetensors", test::safetensors_bytes(tensors));
    return has_fused_experts(**checkpoint::open(folder.path()), 1);
  };
  CHECK(has_fused({"gate_up_proj"}));
  CHECK_FALSE(has_fused({"gate_up_proj", "0.gate_proj.weight"}));
  CHECK_FALSE(has_fused({"0.gate_proj.weight"}));
  CHECK_FALSE(has_fused({"down_proj"}));
}
