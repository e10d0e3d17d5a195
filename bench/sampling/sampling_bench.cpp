// sampling_bench: microseconds from a row of logits to a token, on one thread, for the vocabularies
// of the default model and of DeepSeek-V3. Logits are normal with deviation 3, plus eight tokens
// that stand out, as those of a model do.
#include "kernels/cpu/sampling/random_stream.hpp"
#include "kernels/cpu/sampling/slot_sampler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <vector>

namespace {

using namespace hadal;
using namespace hadal::kernels;

struct setting {
  const char* name;
  float temperature;
  float top_p;
  std::int32_t top_k;
  float min_p;
  bool logprobs;
};

constexpr setting settings[] = {
    {"greedy", 0.0f, 1.0f, -1, 0.0f, false},
    {"temperature 1", 1.0f, 1.0f, -1, 0.0f, false},
    {"temperature 0.6, top_p 0.95", 0.6f, 0.95f, -1, 0.0f, false},
    {"temperature 1, top_p 0.999", 1.0f, 0.999f, -1, 0.0f, false},
    {"temperature 1, top_k 50, top_p 0.9", 1.0f, 0.9f, 50, 0.0f, false},
    {"temperature 1, min_p 0.05", 1.0f, 1.0f, -1, 0.05f, false},
    {"greedy, logprobs", 0.0f, 1.0f, -1, 0.0f, true},
};

constexpr std::uint64_t rows = 8;
constexpr int rounds = 40;

std::vector<float> make_row(std::int32_t vocab, std::uint64_t seed) {
  std::vector<float> logits;
  for (std::int32_t i = 0; i < vocab; ++i) {
    const auto at = static_cast<std::uint64_t>(i) * 2;
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform_draw(seed, at)));
    logits.push_back(
        static_cast<float>(3.0 * radius * std::cos(6.283185307 * uniform_draw(seed, at + 1))));
  }
  for (std::uint64_t i = 0; i < 8; ++i)
    logits[static_cast<std::size_t>(uniform_draw(seed + 1, i) * vocab)] =
        static_cast<float>(20.0 - static_cast<double>(i));
  return logits;
}

double microseconds(std::int32_t vocab, const setting& named,
                    const std::vector<std::vector<float>>& logits, std::int64_t& sum) {
  slot_sampler taken(vocab, vocab, 1);
  auto state = std::make_shared<slot_state>();
  state->seed = 1;
  state->params.temperature = named.temperature;
  state->params.top_p = named.top_p;
  state->params.top_k = named.top_k;
  state->params.min_p = named.min_p;
  state->params.logprobs = named.logprobs;
  taken.open(0, state);
  std::vector<double> times;
  std::int32_t index = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& row : logits)
      sum += taken.sample(0, index++, row).id;
    const std::chrono::duration<double, std::micro> spent =
        std::chrono::steady_clock::now() - begin;
    times.push_back(spent.count() / static_cast<double>(logits.size()));
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[rounds / 2];
}

} // namespace

int main() {
  std::int64_t sum = 0;
  fmt::print("{:40}{:>10}{:>10}\n", "us a token (median)", 4096, 129'280);
  std::vector<std::vector<float>> small;
  std::vector<std::vector<float>> large;
  for (std::uint64_t r = 0; r < rows; ++r) {
    small.push_back(make_row(4096, 10 + 2 * r));
    large.push_back(make_row(129'280, 100 + 2 * r));
  }
  for (const setting& named : settings)
    fmt::print("{:40}{:>10.1f}{:>10.1f}\n", named.name, microseconds(4096, named, small, sum),
               microseconds(129'280, named, large, sum));
  fmt::print("tokens' sum {}\n", sum); // the same for two programs that choose the same tokens
  return 0;
}
