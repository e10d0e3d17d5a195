#include "model/weights/expected/checkpoint_check.hpp"

#include "tests/model/weights/checkpoint_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::model;

namespace {

const std::filesystem::path fixtures = "tests/fixtures/hf";

checkpoint_report report_of(const std::filesystem::path& folder) {
  const auto config = load_model_config(folder / "config.json");
  if (!config)
    FAIL(config.error().message);
  const auto source = checkpoint::open(folder);
  if (!source)
    FAIL(source.error().message);
  return check_checkpoint(**source, *config);
}

/// A copy of a fixture that a test may break.
void copy_fixture(const char* name, const std::filesystem::path& to) {
  for (const auto& entry : std::filesystem::directory_iterator(fixtures / name))
    if (entry.path().filename() != "golden.safetensors")
      std::filesystem::copy(entry.path(), to / entry.path().filename());
}

void replace_in_file(const std::filesystem::path& file, const std::string& from,
                     const std::string& to) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  in.close();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  test::write_file(file, text);
}

} // namespace

TEST_CASE("checkpoints that transformers wrote have all that their config needs") {
  for (const char* name : {"v2-noqlora", "v2-groups", "v3-yarn", "v3-ragged", "v3-tied", "v3-fused",
                           "fp8-v3", "fp8-ue8m0"}) {
    const auto report = report_of(fixtures / name);
    INFO(name);
    for (const auto& fault : report.faults)
      INFO(fault.message);
    CHECK(report.faults.empty());
    CHECK(report.mtp_faults.empty());
    CHECK(report.mtp_layers == 0);
    CHECK(report.ignored_tensors == 0);
    CHECK(report.needed.tensors > 10);
    CHECK(report.needed.bytes < report.file_bytes);
    std::size_t tensors = 0;
    std::uint64_t bytes = 0;
    for (const auto& [dtype, amount] : report.dtypes) {
      tensors += amount.tensors;
      bytes += amount.bytes;
    }
    CHECK(tensors == report.needed.tensors);
    CHECK(bytes == report.needed.bytes);
  }
}

TEST_CASE("the report tells dtypes, shards and the experts' layout apart") {
  const auto fp8 = report_of(fixtures / "fp8-v3");
  CHECK(fp8.shards == 2);
  CHECK(fp8.dtypes.at("F8_E4M3").tensors > 0);
  CHECK(fp8.dtypes.at("F32").tensors > 0);
  CHECK_FALSE(fp8.fused_experts);
  const auto fused = report_of(fixtures / "v3-fused");
  CHECK(fused.fused_experts);
  CHECK(fused.shards == 1);
  CHECK(fused.dtypes.at("F16").tensors > 0);
}

TEST_CASE("every missing or mis-shaped tensor is a fault of its own") {
  const test::temporary_folder folder("check");
  copy_fixture("v3-yarn", folder.path());
  const auto shard = folder.path() / "model.safetensors";
  replace_in_file(shard, "\"model.norm.weight\"", "\"model.NORM.weight\"");
  replace_in_file(shard, "\"model.layers.1.mlp.gate.weight\"",
                  "\"model.layers.1.mlp.GATE.weight\"");
  const auto report = report_of(folder.path());
  REQUIRE(report.faults.size() == 2);
  CHECK(report.faults[0].param == "model.norm.weight");
  CHECK(report.faults[0].code == error_code::invalid_checkpoint);
  CHECK(report.faults[0].message.find(shard.string()) == 0);
  CHECK(report.faults[1].param == "model.layers.1.mlp.gate.weight");
  CHECK(report.ignored_tensors == 2);
}

TEST_CASE("a config that disagrees with its checkpoint is found out by shape") {
  const test::temporary_folder folder("check_config");
  copy_fixture("v2-noqlora", folder.path());
  const auto before = load_model_config(folder.path() / "config.json");
  REQUIRE(before.has_value());
  replace_in_file(folder.path() / "config.json",
                  "\"intermediate_size\": " + std::to_string(before->intermediate_size),
                  "\"intermediate_size\": " + std::to_string(before->intermediate_size + 1));
  const auto report = report_of(folder.path());
  REQUIRE(report.faults.size() == 3);
  CHECK(report.faults[0].param == "model.layers.0.mlp.gate_proj.weight");
  CHECK(report.faults[0].message.find("has shape") != std::string::npos);
}

namespace {

/// The smallest V3 with one dense layer and, on wish, its MTP layer in full or in part.
test::written_tensor floats(const std::string& name, std::vector<std::int64_t> shape) {
  std::size_t count = 1;
  for (const auto d : shape)
    count *= static_cast<std::size_t>(d);
  return {name, "F32", std::move(shape), std::string(count * 4, '\0')};
}

checkpoint_report report_with_mtp(bool with_projection, bool with_norm) {
  const test::temporary_folder folder("check_mtp");
  test::write_file(folder.path() / "config.json", R"({
    "architectures": ["DeepseekV3ForCausalLM"], "vocab_size": 4, "hidden_size": 2,
    "intermediate_size": 2, "num_hidden_layers": 1, "num_attention_heads": 1, "kv_lora_rank": 2,
    "qk_nope_head_dim": 1, "qk_rope_head_dim": 2, "v_head_dim": 1, "max_position_embeddings": 8,
    "n_routed_experts": null, "num_nextn_predict_layers": 1})");
  std::vector<test::written_tensor> tensors = {floats("model.embed_tokens.weight", {4, 2}),
                                               floats("lm_head.weight", {4, 2}),
                                               floats("model.norm.weight", {2})};
  for (const char* layer : {"model.layers.0.", "model.layers.1."}) {
    const std::string p = layer;
    const std::pair<const char*, std::vector<std::int64_t>> all[] = {
        {"input_layernorm", {2}},          {"post_attention_layernorm", {2}},
        {"self_attn.q_proj", {3, 2}},      {"self_attn.kv_a_proj_with_mqa", {4, 2}},
        {"self_attn.kv_a_layernorm", {2}}, {"self_attn.kv_b_proj", {2, 2}},
        {"self_attn.o_proj", {2, 1}},      {"mlp.gate_proj", {2, 2}},
        {"mlp.up_proj", {2, 2}},           {"mlp.down_proj", {2, 2}}};
    for (const auto& [name, shape] : all)
      tensors.push_back(floats(p + name + ".weight", shape));
  }
  tensors.push_back(floats("model.layers.1.embed_tokens.weight", {4, 2}));
  tensors.push_back(floats("model.layers.1.hnorm.weight", {2}));
  tensors.push_back(floats("model.layers.1.shared_head.norm.weight", {2}));
  if (with_projection)
    tensors.push_back(floats("model.layers.1.eh_proj.weight", {2, 4}));
  if (with_norm)
    tensors.push_back(floats("model.layers.1.enorm.weight", {2}));
  test::write_file(folder.path() / "model.safetensors", test::safetensors_bytes(tensors));
  return report_of(folder.path());
}

} // namespace

TEST_CASE(
    "an MTP layer counts when it is whole, is no fault when absent, and is told when partial") {
  const auto whole = report_with_mtp(true, true);
  CHECK(whole.faults.empty());
  CHECK(whole.mtp_faults.empty());
  CHECK(whole.mtp_layers == 1);
  CHECK(whole.ignored_tensors == 1); // its copy of the embedding

  const auto absent = report_with_mtp(false, true);
  CHECK(absent.faults.empty());
  CHECK(absent.mtp_faults.empty());
  CHECK(absent.mtp_layers == 0);

  const auto partial = report_with_mtp(true, false);
  CHECK(partial.faults.empty());
  REQUIRE(partial.mtp_faults.size() == 1);
  CHECK(partial.mtp_faults[0].param == "model.layers.1.enorm.weight");
  CHECK(partial.mtp_layers == 0);
}
