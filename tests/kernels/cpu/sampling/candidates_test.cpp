#include "kernels/cpu/sampling/candidates.hpp"

#include "kernels/cpu/sampling/random_stream.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

namespace hadal::kernels {

namespace {

constexpr float minus_infinity = -std::numeric_limits<float>::infinity();

std::vector<float> logs(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities)
    logits.push_back(p > 0 ? static_cast<float>(std::log(p)) : minus_infinity);
  return logits;
}

/// Which ids come out over a fine sweep of the draw, and how often.
std::map<token_id, double> shares(const std::vector<float>& logits, const sampling_params& params,
                                  int sweep = 100'000) {
  candidate_chooser chooser(static_cast<std::int32_t>(logits.size()));
  std::map<token_id, double> counts;
  for (int i = 0; i < sweep; ++i)
    counts[chooser.choose(logits, scan_row(logits), params, (i + 0.5) / sweep)] += 1.0 / sweep;
  return counts;
}

sampling_params make(float temperature, float top_p = 1.0f, std::int32_t top_k = -1,
                     float min_p = 0.0f) {
  sampling_params params;
  params.temperature = temperature;
  params.top_p = top_p;
  params.top_k = top_k;
  params.min_p = min_p;
  return params;
}

const std::vector<double> worked = {0.1, 0.4, 0.05, 0.25, 0.2};

} // namespace

TEST_CASE("without filters every token has its own share") {
  const auto s = shares(logs(worked), make(1.0f));
  for (std::size_t i = 0; i < worked.size(); ++i)
    CHECK(s.at(static_cast<token_id>(i)) == Approx(worked[i]).margin(1e-4));
}

TEST_CASE("temperature sharpens and flattens") {
  const auto sharp = shares(logs(worked), make(0.5f));
  double total = 0.0;
  for (const double p : worked)
    total += p * p;
  CHECK(sharp.at(1) == Approx(0.16 / total).margin(1e-4));
  const auto flat = shares(logs(worked), make(2.0f));
  CHECK(flat.at(2) > 0.05);
}

TEST_CASE("top_k keeps the k best and their proportions") {
  const auto s = shares(logs(worked), make(1.0f, 1.0f, 2));
  REQUIRE(s.size() == 2);
  CHECK(s.at(1) == Approx(0.4 / 0.65).margin(1e-4));
  CHECK(s.at(3) == Approx(0.25 / 0.65).margin(1e-4));
}

TEST_CASE("among equals top_k keeps the lowest ids") {
  CHECK(shares(logs({0.25, 0.25, 0.25, 0.25}), make(1.0f, 1.0f, 1)).begin()->first == 0);
  const auto s = shares(logs({0.2, 0.2, 0.4, 0.2}), make(1.0f, 1.0f, 2));
  CHECK((s.size() == 2 && s.count(0) == 1 && s.count(2) == 1));
}

TEST_CASE("top_k beyond the vocabulary and top_k one are the edges") {
  CHECK(shares(logs(worked), make(1.0f, 1.0f, 500)).size() == 5);
  CHECK(shares(logs(worked), make(1.0f, 1.0f, 5)).size() == 5);
  CHECK(shares(logs(worked), make(1.0f, 1.0f, 1)).size() == 1);
}

TEST_CASE("top_p keeps the shortest ranking whose share reaches it") {
  CHECK(shares(logs(worked), make(1.0f, 0.39f)).size() == 1);
  CHECK(shares(logs(worked), make(1.0f, 0.41f)).size() == 2);
  CHECK(shares(logs(worked), make(1.0f, 0.84f)).size() == 3);
  CHECK(shares(logs(worked), make(1.0f, 0.86f)).size() == 4);
  CHECK(shares(logs(worked), make(1.0f, 0.999f)).size() == 5);
}

TEST_CASE("a share that is reached exactly is enough") {
  // Powers of two: the sums are exact.
  CHECK(shares({2 * std::log(2.0f), 0.0f, 0.0f, 0.0f, 0.0f}, make(1.0f, 0.5f)).size() == 1);
}

TEST_CASE("the best token stays however small top_p is") {
  const auto s = shares(logs(worked), make(1.0f, 1e-9f));
  REQUIRE(s.size() == 1);
  CHECK(s.begin()->first == 1);
}

TEST_CASE("top_p is taken of what top_k left") {
  // Of 0.4 / 0.65 = 0.615 and 0.385: 0.6 is reached by the first alone, of all five it is not.
  CHECK(shares(logs(worked), make(1.0f, 0.6f, 2)).size() == 1);
  CHECK(shares(logs(worked), make(1.0f, 0.6f)).size() == 2);
}

TEST_CASE("min_p compares with the best token's probability") {
  CHECK(shares(logs(worked), make(1.0f, 1.0f, -1, 0.49f)).size() == 3); // 0.4 0.25 0.2
  CHECK(shares(logs(worked), make(1.0f, 1.0f, -1, 0.51f)).size() == 2);
  CHECK(shares(logs(worked), make(1.0f, 1.0f, -1, 1.0f)).size() == 1);
  CHECK(shares(logs({0.4, 0.4, 0.2}), make(1.0f, 1.0f, -1, 1.0f)).size() == 2);
}

TEST_CASE("filters see the distribution after temperature") {
  CHECK(shares(logs(worked), make(0.1f, 0.9f)).size() == 1);
  CHECK(shares(logs(worked), make(100.0f, 0.9f)).size() == 5);
}

TEST_CASE("masked tokens never come out") {
  const auto s = shares({minus_infinity, 0.0f, minus_infinity, 1.0f}, make(1.0f));
  CHECK((s.size() == 2 && s.count(1) == 1 && s.count(3) == 1));
  CHECK(shares({minus_infinity, 0.0f, minus_infinity, 1.0f}, make(1.0f, 0.99f, 3)).size() == 2);
}

TEST_CASE("a large vocabulary keeps the same tokens as sorting it whole") {
  constexpr int vocab = 1200;  // ranking grows twice: to 1024 and to all
  constexpr int sweep = 5'000; // fine enough to meet the smallest share, 4e-4
  std::vector<float> logits;
  for (std::uint64_t i = 0; i < vocab; ++i)
    logits.push_back(static_cast<float>(uniform_draw(9, i)));
  std::vector<std::pair<float, int>> sorted;
  double total = 0.0;
  for (int i = 0; i < vocab; ++i) {
    sorted.push_back({-logits[static_cast<std::size_t>(i)], i});
    total += std::exp(static_cast<double>(logits[static_cast<std::size_t>(i)]));
  }
  std::sort(sorted.begin(), sorted.end());
  for (const float top_p : {0.01f, 0.3f, 0.9f, 0.9999f}) {
    std::set<token_id> expected;
    double mass = 0.0;
    for (const auto& [negative, id] : sorted) {
      if (mass >= static_cast<double>(top_p) * total)
        break;
      mass += std::exp(static_cast<double>(-negative));
      expected.insert(id);
    }
    std::set<token_id> seen;
    for (const auto& [id, share] : shares(logits, make(1.0f, top_p), sweep))
      seen.insert(id);
    CHECK(seen == expected);
  }
}

TEST_CASE("drawn tokens follow the distribution") {
  const std::vector<float> logits = logs(worked);
  candidate_chooser chooser(5);
  for (const sampling_params& params : {make(1.0f), make(1.0f, 0.9999f)}) {
    std::vector<double> counts(5);
    constexpr int draws = 50'000;
    for (std::uint64_t i = 0; i < draws; ++i)
      ++counts[static_cast<std::size_t>(
          chooser.choose(logits, scan_row(logits), params, uniform_draw(77, i)))];
    double chi_square = 0.0;
    for (std::size_t i = 0; i < 5; ++i) {
      const double expected = worked[i] * draws;
      chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    CHECK(chi_square < 18.5); // 4 degrees of freedom, one in a thousand
  }
}

TEST_CASE("whatever the filters, a draw falls into its token's share of the ranking sorted whole") {
  constexpr std::size_t vocab = 3000;
  candidate_chooser chooser(vocab);
  for (std::uint64_t round = 0; round < 600; ++round) {
    const auto draw = [&](std::uint64_t i) { return uniform_draw(1000 + round, i); };
    const double width = std::vector<double>{0.5, 8.0, 30.0, 200.0}[round % 4];
    std::vector<float> logits;
    for (std::size_t i = 0; i < vocab; ++i)
      logits.push_back(draw(i) < 0.1 ? minus_infinity
                                     : static_cast<float>(draw(vocab + i) * width));
    const auto params =
        make(std::vector<float>{0.3f, 1.0f, 2.5f}[round % 3],
             std::vector<float>{0.2f, 0.95f, 0.99999f, 1.0f, 1.0f}[round % 5],
             std::vector<std::int32_t>{-1, -1, 5, 50, 700, 2900, 2999}[round % 7],
             std::vector<float>{0.0f, 0.0f, 0.05f, 1e-4f, 1e-9f, 0.0f}[round / 3 % 6]);

    std::vector<std::pair<float, token_id>> ranking; // by falling logit
    for (std::size_t i = 0; i < vocab; ++i)
      if (logits[i] > minus_infinity)
        ranking.push_back({-logits[i], static_cast<token_id>(i)});
    std::sort(ranking.begin(), ranking.end());
    if (params.top_k > 0 && static_cast<std::size_t>(params.top_k) < ranking.size())
      ranking.resize(static_cast<std::size_t>(params.top_k));
    std::vector<double> weights;
    for (const auto& [negative, id] : ranking)
      weights.push_back(std::exp((static_cast<double>(ranking[0].first) - negative) /
                                 static_cast<double>(params.temperature)));
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    double mass = 0.0;
    std::size_t kept = 0;
    while (kept < weights.size() && (params.top_p >= 1.0f || mass < params.top_p * total) &&
           (kept == 0 || weights[kept] >= params.min_p))
      mass += weights[kept++];

    const bool ranked = params.top_p < 1.0f || params.min_p > 0.0f || params.top_k > 0;
    if (!ranked) // then shares stand in the order of ids
      continue;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const double uniform = draw(3 * vocab + i);
      const token_id id = chooser.choose(logits, scan_row(logits), params, uniform);
      double begin = 0.0;
      std::size_t at = 0;
      while (at < kept && ranking[at].second != id)
        begin += weights[at++];
      INFO("round " << round << " draw " << uniform << " gives " << id << ", rank " << at << " of "
                    << kept);
      REQUIRE(at < kept);
      CHECK(begin <= (uniform + 1e-4) * mass);
      CHECK(begin + weights[at] >= (uniform - 1e-4) * mass);
    }
  }
}

TEST_CASE("without filters a draw falls into its token's share in the order of ids") {
  constexpr std::size_t vocab = 3000;
  candidate_chooser chooser(vocab);
  std::vector<float> logits;
  for (std::size_t i = 0; i < vocab; ++i)
    logits.push_back(static_cast<float>(uniform_draw(5, i) * 6.0));
  double total = 0.0;
  for (const float logit : logits)
    total += std::exp(static_cast<double>(logit));
  for (std::uint64_t i = 0; i < 500; ++i) {
    const double uniform = uniform_draw(6, i);
    const auto id =
        static_cast<std::size_t>(chooser.choose(logits, scan_row(logits), make(1.0f), uniform));
    double begin = 0.0;
    for (std::size_t before = 0; before < id; ++before)
      begin += std::exp(static_cast<double>(logits[before]));
    CHECK(begin <= (uniform + 1e-5) * total);
    CHECK(begin + std::exp(static_cast<double>(logits[id])) >= (uniform - 1e-5) * total);
  }
}

} // namespace hadal::kernels
