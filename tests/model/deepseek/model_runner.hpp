#pragma once
// Runs a model on whole sequences: hands out pages, cuts tokens into steps, collects logits.

#include "kernels/cpu/scalar/scalar_backend.hpp"
#include "kernels/cpu/simd/make_simd_backend.hpp"
#include "kernels/ops/wait.hpp"
#include "model/deepseek/deepseek_model.hpp"
#include "model/layers/shapes.hpp"
#include "model/weights/checkpoint.hpp"
#include "tests/kernels/tested_options.hpp"
#include "tests/support/catch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace hadal::model::testing {

using logit_rows = std::vector<std::vector<float>>;

using kernels::testing::tested_options;

inline tested_options backend_options_of(const model_config& config, kernels::dtype compute,
                                         fp8_compute fp8, bool deterministic) {
  tested_options options;
  options.compute = compute;
  options.unrounded_activations = unrounded_activations(config, fp8);
  options.deterministic = deterministic;
  return options;
}

inline std::unique_ptr<kernels::backend> scalar(const tested_options& options) {
  auto made = kernels::make_scalar_backend(options);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// The vectorised backend, on two threads unless the options say another number.
inline std::unique_ptr<kernels::backend> vectorised(const tested_options& options) {
  kernels::cpu_options cpu = options.cpu;
  cpu.threads = cpu.threads == 0 ? 2 : cpu.threads;
  auto made = kernels::make_simd_backend(options, cpu);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// Every CPU backend: what tests demand of the numbers holds for each.
using backend_maker = std::unique_ptr<kernels::backend> (*)(const tested_options&);
struct named_backend {
  const char* name;
  backend_maker make;
};
inline const std::vector<named_backend> cpu_backends = {{"scalar", scalar}, {"simd", vectorised}};

/// The first `count` rows of a model's logits, when they have been computed.
inline logit_rows logits_of(deepseek_model& model, std::size_t count) {
  const auto rows = model.logits().row_range(0, static_cast<std::int64_t>(count));
  const auto cols = static_cast<std::size_t>(rows.cols);
  std::vector<float> flat(count * cols);
  model.backend().read(rows, flat.data());
  REQUIRE(kernels::wait(model.backend()).has_value());
  logit_rows result;
  for (std::size_t r = 0; r < count; ++r)
    result.emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(r * cols),
                        flat.begin() + static_cast<std::ptrdiff_t>((r + 1) * cols));
  return result;
}

class model_runner {
public:
  /// One sequence's part of a step.
  struct extend {
    int sequence;
    std::vector<token_id> tokens;
  };

  model_runner(const model_config& config, const weight_source& source,
               std::unique_ptr<kernels::backend> backend, std::int32_t pages = 64,
               std::int32_t further_cache_layers = 0) {
    const model_limits limits{512, 512, 1024, pages, further_cache_layers};
    auto loaded = deepseek_model::load(config, source, std::move(backend), limits, 1, {});
    if (!loaded)
      FAIL(loaded.error().message);
    model_ = std::move(*loaded);
    for (std::int32_t p = 0; p < pages; ++p)
      free_.push_back(page_id{static_cast<std::uint32_t>((p * 37) % pages)});
  }

  /// Runs one step; logits of every row, sequence after sequence.
  logit_rows step(const std::vector<extend>& extends) {
    std::vector<token_id> ids;
    std::vector<std::int32_t> positions;
    std::vector<kernels::step_sequence> sequences;
    std::vector<page_id> pages;
    std::vector<std::int32_t> rows;
    for (const extend& e : extends) {
      record& r = records_[e.sequence];
      const auto count = static_cast<std::int32_t>(e.tokens.size());
      while (static_cast<std::int32_t>(r.pages.size()) * 64 < r.length + count) {
        REQUIRE_FALSE(free_.empty());
        r.pages.push_back(free_.back());
        free_.pop_back();
      }
      sequences.push_back({static_cast<std::int32_t>(ids.size()), count, r.length,
                           static_cast<std::uint32_t>(pages.size()),
                           static_cast<std::uint32_t>(r.pages.size())});
      pages.insert(pages.end(), r.pages.begin(), r.pages.end());
      for (const token_id id : e.tokens) {
        rows.push_back(static_cast<std::int32_t>(ids.size()));
        ids.push_back(id);
        positions.push_back(r.length++);
      }
    }
    model_->forward({ids, positions, sequences, pages, rows});
    return logits_of(*model_, rows.size());
  }

  /// Runs a sequence to its end in steps of `chunk` tokens; logits at every position.
  logit_rows run(int sequence, const std::vector<token_id>& tokens, std::size_t chunk = 512) {
    logit_rows all;
    for (std::size_t begin = 0; begin < tokens.size(); begin += chunk) {
      const std::size_t end = std::min(begin + chunk, tokens.size());
      for (auto& row : step({{sequence,
                              {tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                               tokens.begin() + static_cast<std::ptrdiff_t>(end)}}}))
        all.push_back(std::move(row));
    }
    return all;
  }

  /// Gives the pages of a sequence back without clearing them.
  void drop(int sequence) {
    free_.insert(free_.end(), records_[sequence].pages.begin(), records_[sequence].pages.end());
    records_.erase(sequence);
  }

  deepseek_model& model() { return *model_; }

private:
  struct record {
    std::int32_t length = 0;
    std::vector<page_id> pages;
  };

  std::unique_ptr<deepseek_model> model_;
  std::map<int, record> records_;
  std::vector<page_id> free_;
};

/// A checkpoint with its golden tensors.
struct golden_fixture {
  model_config config;
  std::shared_ptr<const checkpoint> weights;
  std::shared_ptr<const safetensors_file> golden;

  /// One of tests/fixtures/hf.
  explicit golden_fixture(const std::string& name)
    : golden_fixture("tests/fixtures/hf/" + name,
                     "tests/fixtures/hf/" + name + "/golden.safetensors") {}

  golden_fixture(const std::string& model, const std::string& golden_file) {
    const std::filesystem::path root(HADAL_SOURCE_DIR);
    auto parsed = load_model_config(root / model / "config.json");
    auto opened = checkpoint::open(root / model);
    auto file = safetensors_file::open(root / golden_file);
    REQUIRE((parsed.has_value() && opened.has_value() && file.has_value()));
    config = *parsed;
    weights = *opened;
    golden = std::make_shared<const safetensors_file>(std::move(*file));
  }

  bool has(const std::string& name) const { return golden->find(name) != nullptr; }

  const raw_tensor& tensor(const std::string& name) const {
    const raw_tensor* found = golden->find(name);
    INFO(name);
    REQUIRE(found != nullptr);
    return *found;
  }

  template <class T>
  std::vector<T> values(const std::string& name) const {
    const raw_tensor& t = tensor(name);
    std::vector<T> copy(t.bytes.size() / sizeof(T));
    std::memcpy(copy.data(), t.bytes.data(), t.bytes.size());
    return copy;
  }

  logit_rows rows(const std::string& name) const {
    const std::vector<float> flat = values<float>(name);
    const auto cols = static_cast<std::size_t>(tensor(name).shape.at(1));
    logit_rows result;
    for (std::size_t i = 0; i < flat.size(); i += cols)
      result.emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(i),
                          flat.begin() + static_cast<std::ptrdiff_t>(i + cols));
    return result;
  }
};

/// The default model, with the results of the reference that trained it for this many prompts.
inline constexpr int default_model_prompts = 5;
inline const golden_fixture& default_model() {
  static const golden_fixture loaded("model/default",
                                     "tests/fixtures/default_model/golden.safetensors");
  return loaded;
}

inline std::vector<token_id> default_model_prompt(int prompt) {
  return default_model().values<token_id>(fmt::format("p{}.ids", prompt));
}

inline std::size_t best(const std::vector<float>& row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

inline double largest_difference(const logit_rows& a, const logit_rows& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0.0;
  for (std::size_t r = 0; r < a.size(); ++r)
    for (std::size_t c = 0; c < a[r].size(); ++c) {
      const double difference = std::fabs(static_cast<double>(a[r][c]) - b[r][c]);
      largest = difference > largest || std::isnan(difference) ? difference : largest;
    }
  return largest;
}

/// L2 norm of a - b over that of b.
inline double relative_l2(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    size += static_cast<double>(b[i]) * b[i];
  }
  return std::sqrt(difference / size);
}

} // namespace hadal::model::testing
