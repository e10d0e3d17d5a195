// What is expected of a checkpoint is what loading reads: each tensor once, and nothing else.
#include "model/weights/formats/weight_formats.hpp"
#include "tests/model/deepseek/model_runner.hpp"

#include <mutex>
#include <set>

namespace hadal::model {

using namespace testing;
using kernels::dtype;

namespace {

/// Passes on what a source has, and notes what is read and prefetched.
class watched_source final : public weight_source {
public:
  explicit watched_source(const weight_source& real) : real_(real) {}

  std::optional<tensor_info> info(const std::string& name) const override {
    return real_.info(name);
  }
  result<tensor_ref> tensor(const std::string& name,
                            const std::vector<std::int64_t>& shape) const override {
    auto found = real_.tensor(name, shape);
    const std::lock_guard lock(mutex_);
    ++reads[name];
    if (found)
      dtypes[name] = found->dtype;
    return found;
  }
  void prefetch(const std::string& name) const override {
    const std::lock_guard lock(mutex_);
    prefetched.insert(name);
  }
  std::string origin() const override { return real_.origin(); }

  mutable std::map<std::string, int> reads;
  mutable std::map<std::string, tensor_dtype> dtypes;
  mutable std::set<std::string> prefetched;

private:
  const weight_source& real_;
  mutable std::mutex mutex_;
};

std::vector<expected_tensor> expected_of(const model_config& config, const weight_source& source) {
  const weight_formats formats(config, true);
  std::vector<expected_tensor> all = formats.expect(modules_outside_layers(config).all());
  for (std::int32_t layer = 0; layer < config.num_hidden_layers; ++layer)
    for (auto& tensor :
         formats.expect(modules_of_layer(config, layer, has_fused_experts(source, layer)).all()))
      all.push_back(std::move(tensor));
  return all;
}

void check_reads(const golden_fixture& fixture, backend_maker make) {
  const watched_source watched(*fixture.weights);
  const model_runner runner(
      fixture.config, watched,
      make(backend_options_of(fixture.config, dtype::bfloat16, fp8_compute::w8a8, false)));
  std::map<std::string, int> wanted;
  for (const expected_tensor& tensor : expected_of(fixture.config, *fixture.weights)) {
    INFO(tensor.name);
    CHECK(++wanted[tensor.name] == 1);
    REQUIRE(watched.dtypes.count(tensor.name) == 1);
    CHECK(std::count(tensor.dtypes.begin(), tensor.dtypes.end(), watched.dtypes.at(tensor.name)) ==
          1);
  }
  // The first job is read at once, the others are prefetched before their turn.
  std::set<std::string> ahead = watched.prefetched;
  for (const weight_module& module : modules_outside_layers(fixture.config).all())
    CHECK(ahead.insert(module.tensor_name()).second);
  CHECK(ahead.size() == wanted.size());
  for (const std::string& name : ahead)
    CHECK(wanted.count(name) == 1);
  if (fixture.config.tie_word_embeddings)
    ++wanted.at("model.embed_tokens.weight"); // it is the head, too
  CHECK(watched.reads == wanted);
}

} // namespace

TEST_CASE("loading reads and prefetches each expected tensor once, and nothing else") {
  const auto [backend_name, make] = GENERATE(from_range(cpu_backends));
  for (const char* folder : {"v2-noqlora", "v2-groups", "v3-yarn", "v3-ragged", "v3-tied",
                             "v3-fused", "fp8-v3", "fp8-ue8m0"}) {
    INFO(backend_name << " " << folder);
    check_reads(golden_fixture(folder), make);
  }
  INFO(backend_name << " the default model");
  check_reads(default_model(), make);
}

} // namespace hadal::model
