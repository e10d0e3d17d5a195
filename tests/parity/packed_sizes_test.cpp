// Every backend says before packing what a packed weight takes.
#include "tests/parity/backends.hpp"

#include <functional>

namespace hadal::kernels {

using testing::float8_weight;
using testing::half_bits;
using testing::make_oracle;
using testing::make_simd;
using testing::matrix;

namespace {

/// As the size is asked for: without data.
raw_weight without_data(raw_weight raw) {
  raw.data = nullptr;
  raw.scales.data = nullptr;
  return raw;
}

/// Runs `body` on the oracle and on every instruction set, in every rounding.
void on_all(const std::function<void(const backend&)>& body) {
  testing::tested_options options = GENERATE(from_range(testing::tested_roundings()));
  body(*make_oracle(options));
  for (const simd_isa isa : testing::tested_simd()) {
    options.cpu.isa = isa;
    INFO(testing::describe(options));
    body(*make_simd(options, 2));
  }
}

std::uint64_t packed_bytes(const backend& b, const raw_weight& raw) {
  auto packed = b.pack_linear({&raw, 1});
  REQUIRE(packed.has_value());
  return (*packed)->bytes();
}

} // namespace

TEST_CASE("linears, routers and experts of every type take what was said") {
  on_all([](const backend& b) {
    for (const auto& [rows, cols] : {std::pair<std::int64_t, std::int64_t>{1, 1},
                                     {17, 7},
                                     {64, 128},
                                     {130, 300},
                                     {576, 258}}) {
      INFO(b.name() << " " << rows << " x " << cols);
      const matrix w = matrix::random(rows, cols, 1, 0.2f);
      for (const dtype type : {dtype::float32, dtype::bfloat16, dtype::float16}) {
        const std::vector<std::uint16_t> bits = half_bits(w, type);
        const raw_weight raw =
            type == dtype::float32 ? w.raw() : raw_weight{bits.data(), type, rows, cols};
        CHECK(b.linear_bytes(without_data(raw)) == packed_bytes(b, raw));
        const auto embedding = b.pack_embedding(raw);
        REQUIRE(embedding.has_value());
        CHECK(b.embedding_bytes(without_data(raw)) == (*embedding)->bytes());
      }
      float8_weight quantised = float8_weight::random(rows, cols, 2);
      quantised.scales.resize(static_cast<std::size_t>((rows + 1) * (cols + 1)), 1e-4f);
      for (const std::int32_t block : {128, 64, 33, 6})
        for (const input_form input : {input_form::plain, input_form::e4m3_128}) {
          const raw_weight raw = quantised.raw(input, block, block);
          CHECK(b.linear_bytes(without_data(raw)) == packed_bytes(b, raw));
        }
    }
  });
}

TEST_CASE("a layer's experts take three linears each, its router one and a bias") {
  on_all([](const backend& b) {
    const float8_weight gate = float8_weight::random(72, 130, 3);
    const float8_weight down = float8_weight::random(130, 72, 4);
    const std::vector<raw_expert> experts(3, {gate.raw(), gate.raw(), down.raw()});
    const auto packed = b.pack_experts(experts);
    REQUIRE(packed.has_value());
    CHECK((*packed)->bytes() == 3 * (2 * b.linear_bytes(without_data(gate.raw())) +
                                     b.linear_bytes(without_data(down.raw()))));

    const routing_shape shape = {routing_method::noaux_tc, true, 16, 4, 4, 2, true, 2.5f};
    const matrix router = matrix::random(16, 130, 5);
    const std::vector<float> bias(16, 0.25f);
    const auto packed_router = b.pack_router(router.raw(), bias, shape);
    REQUIRE(packed_router.has_value());
    CHECK((*packed_router)->bytes() == b.linear_bytes(without_data(router.raw())) + 16 * 4);
  });
}

TEST_CASE("kv_b takes what was said, with the half of it that is kept twice") {
  on_all([](const backend& b) {
    for (const mla_shape& shape : {mla_shape{3, 16, 8, 32, 16, 1.0f}, {2, 24, 8, 66, 20, 1.0f}}) {
      const std::int64_t rows =
          std::int64_t{shape.heads} * (shape.qk_nope_head_dim + shape.v_head_dim);
      const matrix plain = matrix::random(rows, shape.kv_lora_rank, 6);
      const float8_weight quantised = float8_weight::random(rows, shape.kv_lora_rank, 7);
      for (const raw_weight& raw : {plain.raw(), quantised.raw()}) {
        const auto packed = b.pack_kv_b(raw, shape);
        REQUIRE(packed.has_value());
        CHECK(b.kv_b_bytes(without_data(raw), shape) == (*packed)->bytes());
      }
    }
  });
}

TEST_CASE("coded weights take what was said and their few exceptions") {
  const std::int64_t rows = 2048;
  const std::int64_t cols = 1040; // over the 4 MiB from which bfloat16 is coded
  const matrix w = matrix::random(rows, cols, 8, 0.2f);
  const std::vector<std::uint16_t> bits = half_bits(w, dtype::bfloat16);
  const raw_weight raw(bits.data(), dtype::bfloat16, rows, cols);
  for (const simd_isa isa : testing::tested_simd()) {
    testing::tested_options options;
    options.cpu.isa = isa;
    const auto b = make_simd(options, 2);
    const std::uint64_t said = b->linear_bytes(without_data(raw));
    const std::uint64_t taken = packed_bytes(*b, raw);
    INFO(b->name() << ": " << said << " said, " << taken << " taken");
    CHECK(taken >= said);
    CHECK(taken - said < said / 1000);
    if (isa == simd_isa::avx2 || isa == simd_isa::avx512)
      CHECK(said == 2u * rows * cols);
    else
      CHECK(said < 2u * rows * cols * 4 / 5);
  }
}

} // namespace hadal::kernels
