#include "bench/kernels/op_cases.hpp"

#include "base/assert.hpp"
#include "kernels/core/float_formats.hpp"

#include <fmt/core.h>

#include <memory>
#include <random>

namespace hadal::bench {

namespace {

using namespace kernels;

constexpr std::int64_t hidden = 384;
constexpr std::int64_t expert_width = 128;
constexpr std::int32_t experts = 16;
constexpr std::int32_t experts_per_token = 4;
constexpr std::int32_t rows_max = 512;
constexpr std::int32_t context_max = 4096 + 64;
constexpr mla_shape attention = {4, 128, 64, 512, 128, 0.0722f};

/// A matrix of floats that owns its values; `random` ones hold values of bfloat16.
struct matrix {
  matrix(std::int64_t rows, std::int64_t cols)
    : rows(rows), cols(cols), values(static_cast<std::size_t>(rows * cols)) {}
  static matrix random(std::int64_t rows, std::int64_t cols, unsigned seed, float scale = 1.0f) {
    matrix m(rows, cols);
    std::mt19937 source(seed);
    std::normal_distribution<float> normal(0.0f, scale);
    for (float& value : m.values)
      value = round_to(dtype::bfloat16, normal(source));
    return m;
  }
  tensor_view view() { return {values.data(), dtype::float32, rows, cols}; }

  std::int64_t rows;
  std::int64_t cols;
  std::vector<float> values;
};

/// A weight as a checkpoint stores it: float8 with a scale per block, or floats.
struct weight {
  weight(std::int64_t rows, std::int64_t cols, bool float8, unsigned seed)
    : plain(matrix::random(rows, cols, seed, float8 ? 100.0f : 0.05f)) {
    if (!float8)
      return;
    for (const float value : plain.values)
      bytes.push_back(float_to_float8_e4m3(value));
    scales.assign(static_cast<std::size_t>((rows + 127) / 128 * ((cols + 127) / 128)), 5e-4f);
  }
  raw_weight raw() const {
    if (bytes.empty())
      return {plain.values.data(), dtype::float32, plain.rows, plain.cols};
    return {bytes.data(),
            dtype::float8_e4m3,
            plain.rows,
            plain.cols,
            {scales.data(), dtype::float32, 128, 128},
            input_form::e4m3_128};
  }

  matrix plain;
  std::vector<std::uint8_t> bytes;
  std::vector<float> scales;
};

template <class T>
T taken(result<T> made) {
  HADAL_ASSERT(made.has_value());
  return std::move(*made);
}

/// A state that both closures keep alive.
template <class State, class Run>
prepared_op make(std::shared_ptr<State> state, Run run) {
  return {[state, run] { run(*state); },
          [state]() -> const std::vector<float>& { return state->out.values; }};
}

op_case linear_case(std::int64_t rows, std::int64_t out, std::int64_t in, bool float8) {
  struct state {
    matrix x, out;
    packed_linear_ptr packed;
  };
  const double weights = static_cast<double>(out * in);
  return {fmt::format("linear {}, {} x {}, {} rows", float8 ? "w8a8" : "bfloat16", out, in, rows),
          weights * (float8 ? 1 : 2), 2 * weights * static_cast<double>(rows), [=](backend& b) {
            const weight w(out, in, float8, 1);
            const raw_weight raw = w.raw();
            auto s = std::make_shared<state>(state{matrix::random(rows, in, 2), matrix(rows, out),
                                                   taken(b.pack_linear({&raw, 1}))});
            return make(s, [&b](state& t) { b.linear(t.x.view(), *t.packed, t.out.view()); });
          }};
}

op_case norm_case(std::int64_t rows) {
  struct state {
    matrix x, out;
    packed_norm_ptr packed;
  };
  return {
      fmt::format("rms_norm, {} rows", rows), static_cast<double>(rows * hidden) * 4,
      static_cast<double>(rows * hidden) * 4, [=](backend& b) {
        const matrix w = matrix::random(1, hidden, 3);
        auto s = std::make_shared<state>(state{matrix::random(rows, hidden, 4),
                                               matrix(rows, hidden), taken(b.pack_norm(w.values))});
        return make(s, [&b](state& t) { b.rms_norm(t.x.view(), *t.packed, 1e-6f, t.out.view()); });
      }};
}

op_case swiglu_case(std::int64_t rows) {
  struct state {
    matrix x, out;
  };
  constexpr std::int64_t width = 1024;
  return {fmt::format("swiglu, {} rows", rows), static_cast<double>(rows * width) * 8,
          static_cast<double>(rows * width) * 4, [=](backend& b) {
            auto s = std::make_shared<state>(
                state{matrix::random(rows, 2 * width, 5), matrix(rows, width)});
            return make(s, [&b](state& t) { b.swiglu(t.x.view(), t.out.view()); });
          }};
}

op_case experts_case(std::int64_t rows) {
  struct state {
    matrix x, shares, out;
    std::vector<std::int32_t> ids;
    packed_experts_ptr packed;
  };
  const double each = 3.0 * expert_width * hidden;
  const auto met = static_cast<double>(std::min<std::int64_t>(experts, rows * experts_per_token));
  const double flop = 2 * each * static_cast<double>(rows * experts_per_token);
  return {
      fmt::format("expert_mlp w8a8, 4 of 16 experts, {} rows", rows), each * met, flop,
      [=](backend& b) {
        std::vector<weight> weights;
        for (unsigned e = 0; e < experts; ++e) {
          weights.emplace_back(expert_width, hidden, true, 10 * e + 20);
          weights.emplace_back(expert_width, hidden, true, 10 * e + 21);
          weights.emplace_back(hidden, expert_width, true, 10 * e + 22);
        }
        std::vector<raw_expert> raw;
        for (std::size_t e = 0; e < experts; ++e)
          raw.push_back({weights[3 * e].raw(), weights[3 * e + 1].raw(), weights[3 * e + 2].raw()});
        auto s = std::make_shared<state>(state{matrix::random(rows, hidden, 6),
                                               matrix(rows, experts_per_token),
                                               matrix(rows, hidden),
                                               {},
                                               taken(b.pack_experts(raw))});
        // Every row takes four experts in ascending order, all experts as often as any other.
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t i = 0; i < experts_per_token; ++i)
            s->ids.push_back(static_cast<std::int32_t>(i * 4 + r % 4));
        s->shares.values.assign(s->shares.values.size(), 0.25f);
        return make(s, [&b, rows](state& t) {
          const tensor_view ids(t.ids.data(), dtype::int32, rows, experts_per_token);
          b.expert_mlp(t.x.view(), *t.packed, ids, t.shares.view(), t.out.view());
        });
      }};
}

/// Attention of `rows` query rows after `cached` keys.
op_case attention_case(std::int32_t cached, std::int32_t rows, bool expanded) {
  struct state {
    matrix q, out;
    kv_cache_ptr cache;
    packed_kv_b_ptr kv_b;
    std::vector<page_id> pages;
    std::vector<token_id> ids;
    std::vector<std::int32_t> positions;
    step_sequence sequence;

    step_layout layout() const { return {ids, positions, {&sequence, 1}, pages, {}}; }
    void extend(std::int32_t from, std::int32_t count) {
      sequence = {0, count, from, 0, static_cast<std::uint32_t>(pages.size())};
      ids.assign(static_cast<std::size_t>(count), 0);
      positions.clear();
      for (std::int32_t i = 0; i < count; ++i)
        positions.push_back(from + i);
    }
  };
  const double keys = cached + (rows + 1) / 2.0; // keys per row, on average
  const double kv_b = static_cast<double>(attention.heads) * 256 * attention.kv_lora_rank;
  const double widths = expanded ? attention.qk_head_dim() + attention.v_head_dim
                                 : attention.kv_row_dim() + attention.kv_lora_rank;
  const double flop =
      2 * attention.heads * widths * keys * rows + 2 * kv_b * (expanded ? cached + rows : rows);
  return {
      fmt::format("mla_{}, {} cached, {} rows", expanded ? "expanded" : "absorbed", cached, rows),
      2 * kv_b + 2.0 * (cached + rows) * attention.kv_row_dim(), flop, [=](backend& b) {
        const weight w(attention.heads * 256, attention.kv_lora_rank, false, 7);
        auto s = std::make_shared<state>(
            state{matrix::random(rows, attention.heads * attention.qk_head_dim(), 8),
                  matrix(rows, attention.heads * attention.v_head_dim),
                  taken(b.make_kv_cache({1, context_max / 64, attention.kv_row_dim()})),
                  taken(b.pack_kv_b(w.raw(), attention)),
                  {},
                  {},
                  {},
                  {}});
        for (std::uint32_t p = 0; p < context_max / 64; ++p)
          s->pages.push_back(page_id{context_max / 64 - 1 - p});
        for (std::int32_t done = 0; done < cached + rows;) {
          const std::int32_t count = std::min(rows_max, cached + rows - done);
          const auto seed = static_cast<unsigned>(done);
          s->extend(done, count);
          matrix latent = matrix::random(count, attention.kv_lora_rank, seed + 9);
          matrix key = matrix::random(count, attention.qk_rope_head_dim, seed + 10);
          b.run_step(s->layout(), step_program::unrecorded,
                     [&](step_extent) { b.append_kv(*s->cache, 0, latent.view(), key.view()); });
          done += count;
        }
        s->extend(cached, rows);
        return make(s, [&b, expanded](state& t) {
          const std::int32_t first = 0;
          b.run_step(t.layout(), step_program::unrecorded, [&](step_extent) {
            if (expanded)
              b.mla_expanded(t.q.view(), *t.kv_b, *t.cache, 0, {&first, 1}, t.out.view());
            else
              b.mla_absorbed(t.q.view(), *t.kv_b, *t.cache, 0, {&first, 1}, t.out.view());
          });
        });
      }};
}

} // namespace

std::vector<op_case> all_op_cases() {
  std::vector<op_case> all;
  for (const std::int64_t rows : {1, 4, 16, 512}) {
    all.push_back(linear_case(rows, 1024, hidden, true));
    all.push_back(linear_case(rows, 1024, hidden, false));
    all.push_back(experts_case(rows));
  }
  for (const bool float8 : {true, false})
    all.push_back(linear_case(1, 16384, 4096, float8));
  for (const std::int32_t cached : {128, 1024, 4096})
    all.push_back(attention_case(cached, 1, false));
  for (const std::int32_t cached : {0, 1024})
    all.push_back(attention_case(cached, rows_max, true));
  for (const std::int64_t rows : {1, 512}) {
    all.push_back(norm_case(rows));
    all.push_back(swiglu_case(rows));
  }
  return all;
}

workspace_limits op_limits() {
  workspace_limits limits;
  limits.step_rows = rows_max;
  limits.step_sequences = 1;
  limits.context_length = context_max;
  limits.linear_cols = 4096;
  limits.linear_rows = 16384;
  limits.mlp_width = 1024;
  limits.experts_per_token = experts_per_token;
  limits.experts = experts;
  limits.attention = attention;
  return limits;
}

} // namespace hadal::bench
