#include "model/weights/expected/dummy_weights.hpp"
#include "model/weights/expected/expected_tensors.hpp"
#include "tests/model/deepseek/model_runner.hpp"
#include "tests/model/deepseek/small_configs.hpp"

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

/// A source that lacks one tensor, or has it in another shape.
class spoiled_source final : public weight_source {
public:
  spoiled_source(const model_config& config, std::string name, bool missing)
    : good_(config, 1), name_(std::move(name)), missing_(missing) {}

  std::optional<tensor_info> info(const std::string& name) const override {
    if (name == name_ && missing_)
      return std::nullopt;
    return good_.info(name);
  }
  result<tensor_ref> tensor(const std::string& name,
                            const std::vector<std::int64_t>& shape) const override {
    if (name != name_)
      return good_.tensor(name, shape);
    std::vector<std::int64_t> wrong = shape;
    wrong.back() += 1;
    return good_.tensor(missing_ ? "nothing" : name, wrong);
  }
  void prefetch(const std::string&) const override {}
  std::string origin() const override { return "a spoiled source"; }

private:
  dummy_weights good_;
  std::string name_;
  bool missing_;
};

error load_failure(const model_config& config, const weight_source& source) {
  auto loaded = deepseek_model::load(
      config, source, scalar(backend_options_of(config, dtype::float32, fp8_compute::w8a8, false)),
      {8, 8, 64, 1}, 2, {});
  REQUIRE_FALSE(loaded.has_value());
  return loaded.error();
}

} // namespace

TEST_CASE("a mis-shaped tensor of any kind fails the load by name") {
  for (const model_config& config : {ragged_v3(), plain_v2()}) {
    for (const expected_tensor& tensor : expected_tensors(config)) {
      const error e = load_failure(config, spoiled_source(config, tensor.name, false));
      INFO(tensor.name << ": " << e.message);
      CHECK(e.code == error_code::invalid_checkpoint);
      CHECK(e.message.find(tensor.name) != std::string::npos);
    }
  }
}

TEST_CASE("a missing scale of an FP8 linear fails the load") {
  const model_config config = quantised(plain_v2());
  const error e = load_failure(
      config, spoiled_source(config, "model.layers.1.self_attn.o_proj.weight_scale_inv", true));
  CHECK(e.code == error_code::invalid_checkpoint);
}

TEST_CASE("a KV cache that no address space holds is out of memory") {
  model_config larger = plain_v2();
  larger.kv_lora_rank = 1 << 17;
  auto refused = deepseek_model::load(
      larger, dummy_weights(plain_v2(), 1),
      scalar(backend_options_of(larger, dtype::float32, fp8_compute::w8a8, false)),
      {8, 8, 64, std::numeric_limits<std::int32_t>::max()}, 1, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == error_code::out_of_memory);
}

} // namespace hadal::model
