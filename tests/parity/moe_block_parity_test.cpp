// The coarse verb of a whole MoE block, which runs routed and shared experts in the same loops,
// must give the bits of the fine verbs.
#include "tests/parity/backends.hpp"

namespace hadal::kernels {

using testing::describe;
using testing::float8_weight;
using testing::make_simd;
using testing::matrix;
using testing::one_row;
using testing::same_bits;
using testing::tested_options;

namespace {

constexpr routing_shape routing = {routing_method::noaux_tc, true, 16, 4, 4, 2, true, 2.5f};

/// Sizes and formats of a block's routed and shared experts.
struct block_form {
  std::int64_t hidden;
  std::int64_t width;
  std::int64_t shared_width;
  bool float8_experts;
  bool float8_shared;
  bool one_part = false;                // shared gate and up are one weight
  std::int32_t shared_block_cols = 128; // columns per scale of the shared expert
};

/// Random weights of a block.
class block {
public:
  explicit block(const block_form& form) : form_(form), gate_(routing.experts, form.hidden) {
    gate_ = matrix::random(routing.experts, form.hidden, 5);
    for (std::int32_t e = 0; e < routing.experts; ++e) {
      add(form.width, form.hidden, form.float8_experts);
      add(form.width, form.hidden, form.float8_experts);
      add(form.hidden, form.width, form.float8_experts);
    }
    if (form.one_part) {
      add(2 * form.shared_width, form.hidden, form.float8_shared);
    } else {
      add(form.shared_width, form.hidden, form.float8_shared);
      add(form.shared_width, form.hidden, form.float8_shared);
    }
    add(form.hidden, form.shared_width, form.float8_shared);
  }

  moe_weights pack(const backend& b) const {
    moe_weights packed;
    packed.routing = routing;
    const std::vector<float> bias(static_cast<std::size_t>(routing.experts), 0.25f);
    std::vector<raw_expert> experts;
    std::size_t next = 0;
    for (std::int32_t e = 0; e < routing.experts; ++e, next += 3)
      experts.push_back({raw(b, next), raw(b, next + 1), raw(b, next + 2)});
    std::vector<raw_weight> gate_up;
    for (; next + 1 < float8_.size(); ++next)
      gate_up.push_back(raw(b, next, form_.shared_block_cols));
    const raw_weight down = raw(b, next, form_.shared_block_cols);
    packed.router = unwrap(b.pack_router(gate_.raw(), bias, routing));
    packed.experts = unwrap(b.pack_experts(experts));
    packed.shared.gate_up = unwrap(b.pack_linear(gate_up));
    packed.shared.down = unwrap(b.pack_linear(std::span(&down, 1)));
    return packed;
  }

private:
  template <class Handle>
  static Handle unwrap(result<Handle> made) {
    REQUIRE(made.has_value());
    return std::move(*made);
  }

  void add(std::int64_t rows, std::int64_t cols, bool float8) {
    const std::uint64_t seed = 100 + float8_.size();
    float8_.push_back(float8 ? float8_weight::random(rows, cols, seed) : float8_weight{});
    plain_.push_back(float8 ? matrix(0, 0) : matrix::random(rows, cols, seed, 0.2f));
    // Enough scales for narrower blocks too.
    float8_.back().scales.resize(static_cast<std::size_t>((rows + 127) / 128 * ((cols + 31) / 32)),
                                 1.25e-4f);
  }

  raw_weight raw(const backend& b, std::size_t index, std::int32_t block_cols = 128) const {
    if (plain_[index].rows() > 0)
      return plain_[index].raw();
    return float8_[index].raw(testing::float8_input(b.options()), 128, block_cols);
  }

  block_form form_;
  matrix gate_;
  std::vector<float8_weight> float8_; // weight i is in float8_[i] or in plain_[i]
  std::vector<matrix> plain_;
};

moe_scratch allocate_scratch(backend& b, std::int64_t rows, const block_form& form) {
  const auto made = [&](dtype type, std::int64_t cols) {
    auto tensor = b.allocate(type, rows, cols);
    REQUIRE(tensor.has_value());
    return *tensor;
  };
  // Wider than this block needs, like the scratch that a model's layers share.
  return {made(dtype::int32, routing.experts_per_token + 1),
          made(dtype::float32, routing.experts_per_token + 1),
          made(dtype::float32, form.hidden),
          {made(dtype::float32, 2 * form.shared_width + 32),
           made(dtype::float32, form.shared_width + 16)}};
}

enum class grain { coarse, fine };

matrix run(backend& b, const block& made, const block_form& form, const matrix& x, grain how) {
  const moe_weights weights = made.pack(b);
  const moe_scratch scratch = allocate_scratch(b, x.rows(), form);
  matrix out = matrix::random(x.rows(), x.cols(), 99); // the verb must overwrite all of it
  if (how == grain::coarse)
    b.moe_block(x.view(), weights, scratch, out.view());
  else
    b.backend::moe_block(x.view(), weights, scratch, out.view());
  return out;
}

std::string describe_form(const block_form& f) {
  return std::to_string(f.hidden) + " x " + std::to_string(f.width) + ", shared " +
         std::to_string(f.shared_width) + (f.float8_experts ? " float8" : " plain") +
         (f.float8_shared ? " float8" : " plain");
}

} // namespace

TEST_CASE("a MoE block with its shared expert has the bits of the fine verbs") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.compute = GENERATE(dtype::float32, dtype::bfloat16);
  options.unrounded_activations = GENERATE(false, true);
  const auto coarse = make_simd(options, 2);
  const auto fine = make_simd(options, 1);
  const block_form forms[] = {
      {128, 128, 128, true, true}, // the default model's widths, a third of its hidden size
      {130, 72, 144, true, true},  {96, 80, 240, false, false},
      {130, 80, 160, true, false}, {96, 72, 72, false, true},
  };
  for (const block_form& form : forms) {
    const block weights(form);
    for (const std::int64_t rows : {0, 1, 3, 16, 100}) {
      const matrix x = matrix::random(rows, form.hidden, 6, 1.0f, options.activations());
      INFO(describe(options) << " " << describe_form(form) << ", " << rows << " rows");
      const matrix got = run(*coarse, weights, form, x, grain::coarse);
      const matrix want = run(*fine, weights, form, x, grain::fine);
      CHECK((rows == 0 || same_bits(got, want))); // no rows: it only has to return
    }
  }
}

TEST_CASE("a MoE block's row has the same bits in every batch and on every number of threads") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  options.unrounded_activations = GENERATE(false, true);
  const block_form form = {130, 72, 144, true, true};
  const block weights(form);
  const matrix x = matrix::random(140, form.hidden, 8, 1.0f, options.activations());
  const auto one = make_simd(options, 1);
  const matrix together = run(*one, weights, form, x, grain::coarse);
  for (const int threads : {3, 16}) { // with 16, tiles of one row's products are narrower
    const auto many = make_simd(options, threads);
    CHECK(same_bits(run(*many, weights, form, x, grain::coarse), together));
    for (const std::int64_t r : {0, 95, 139})
      CHECK(
          same_bits(run(*many, weights, form, one_row(x, r), grain::coarse), one_row(together, r)));
  }
}

TEST_CASE("a shared expert that cannot go with the routed ones is computed by itself") {
  tested_options options;
  options.cpu.isa = GENERATE(from_range(testing::tested_simd()));
  const auto simd = make_simd(options, 2);
  const matrix x = matrix::random(5, 130, 9, 1.0f, options.compute);
  // Gate and up as one weight; a scale for every 64 columns.
  for (const block_form& form : {block_form{130, 72, 144, true, true, true},
                                 block_form{130, 72, 144, true, true, false, 64}}) {
    const block weights(form);
    const matrix got = run(*simd, weights, form, x, grain::coarse);
    CHECK(same_bits(got, run(*simd, weights, form, x, grain::fine)));
    const auto oracle = testing::make_oracle(options);
    CHECK(testing::worst_row(run(*oracle, weights, form, x, grain::coarse), got) <= 1e-2);
  }
}

TEST_CASE("a MoE block without a shared expert is its routed experts") {
  tested_options options;
  const auto simd = make_simd(options, 2);
  const block_form form = {96, 72, 72, true, true};
  moe_weights weights = block(form).pack(*simd);
  weights.shared = {};
  const moe_scratch scratch = allocate_scratch(*simd, 7, form);
  const matrix x = matrix::random(7, 96, 10, 1.0f, options.compute);
  matrix coarse(7, 96);
  matrix fine(7, 96);
  simd->moe_block(x.view(), weights, scratch, coarse.view());
  const tensor_view ids = scratch.ids.columns(0, routing.experts_per_token);
  const tensor_view shares = scratch.weights.columns(0, routing.experts_per_token);
  simd->route(x.view(), *weights.router, ids, shares);
  simd->expert_mlp(x.view(), *weights.experts, ids, shares, fine.view());
  CHECK(same_bits(coarse, fine));
}

} // namespace hadal::kernels
