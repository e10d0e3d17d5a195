// Time for one token's mask: `grammar_bench TOKENIZER_FOLDER CASES.json`. Each case is {"name",
// "schema", "documents"}: the documents are read token by token, as an answer would arrive, and a
// mask is computed before each token; every mask must allow the next token. Prints the time to
// compile, then mean and percentiles of the time per mask: on the first reading of the documents by
// a new grammar, and after all states have been visited. A first reading is repeated three times
// with newly compiled grammars, and the median of each mask's three times counts, because other
// programs interrupt. `compare.py` runs XGrammar over the same cases.

#include "model/grammar/compile_constraint.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/core.h>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

using namespace hadal;
using namespace hadal::model;

namespace {

using seconds = std::chrono::duration<double>;

double now() {
  return seconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct timing {
  std::vector<double> mask_us; // one per mask
  double accept_us = 0;        // of all tokens together

  double mean() const {
    return std::accumulate(mask_us.begin(), mask_us.end(), 0.0) /
           static_cast<double>(mask_us.size());
  }
  double percentile(double share) const {
    auto sorted = mask_us;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }
  void add(const timing& other) {
    mask_us.insert(mask_us.end(), other.mask_us.begin(), other.mask_us.end());
  }
  std::string columns() const {
    return fmt::format("{:8.2f} {:7.2f} {:8.2f} {:8.0f}", mean(), percentile(0.5), percentile(0.99),
                       percentile(1.0));
  }
};

/// The median of each mask.
timing median_of(const std::array<timing, 3>& all) {
  timing middle;
  for (std::size_t i = 0; i < all[0].mask_us.size(); ++i) {
    std::array times{all[0].mask_us[i], all[1].mask_us[i], all[2].mask_us[i]};
    std::sort(times.begin(), times.end());
    middle.mask_us.push_back(times[1]);
  }
  return middle;
}

/// Reads one document; false if a mask refuses the next token.
bool read(const compiled_grammar_ptr& grammar, const std::vector<token_id>& tokens, timing& t) {
  grammar_matcher matcher(grammar);
  kernels::token_mask mask(grammar->vocabulary().size());
  for (const token_id id : tokens) {
    const double begin = now();
    std::fill(mask.words().begin(), mask.words().end(), 0);
    if (!matcher.fill(mask))
      return false;
    const double filled = now();
    if (!mask.allows(id) || !matcher.accept(id))
      return false;
    t.mask_us.push_back((filled - begin) * 1e6);
    t.accept_us += (now() - filled) * 1e6;
  }
  return matcher.may_end();
}

int run(const char* folder, const char* cases_path) {
  auto tokens = tokenizer::load(folder);
  if (!tokens) {
    fmt::print(stderr, "{}\n", tokens.error().message);
    return 1;
  }
  double begin = now();
  const auto vocabulary = std::make_shared<const token_vocabulary>(**tokens);
  fmt::print("vocabulary {} tokens, prepared in {:.0f} ms\n", vocabulary->size(),
             (now() - begin) * 1e3);
  fmt::print("{:16} {:>10} {:>6} | {:>8} {:>7} {:>8} {:>8} | {:>8} {:>7} {:>8} {:>8} | {:>9}\n",
             "us a mask", "compile ms", "masks", "first", "p50", "p99", "max", "later", "p50",
             "p99", "max", "accept us");
  std::ifstream file(cases_path);
  timing all_later, all_first;
  for (const auto& c : nlohmann::ordered_json::parse(file)) {
    std::array<timing, 3> fresh;
    timing later;
    double compile_s = 0;
    for (auto& first : fresh) {
      begin = now();
      compile_budget budget;
      const auto compiled = compile_constraint(
          {constraint_kind::json_schema, c.at("schema").dump(), "schema"}, vocabulary, budget);
      compile_s = now() - begin;
      if (!compiled) {
        fmt::print(stderr, "{}: {}\n", c.at("name").get<std::string>(), compiled.error().message);
        return 1;
      }
      for (int round = 0; round < 7; ++round)
        for (const auto& document : c.at("documents")) {
          const auto ids = (*tokens)->encode_plain(document.get<std::string>());
          if (!ids || !read(*compiled, *ids, round == 0 ? first : later)) {
            fmt::print(stderr, "{}: a mask refuses {}\n", c.at("name").get<std::string>(),
                       document.get<std::string>());
            return 1;
          }
        }
    }
    const auto first = median_of(fresh);
    fmt::print("{:16} {:10.2f} {:6} | {} | {} | {:9.2f}\n", c.at("name").get<std::string>(),
               compile_s * 1e3, first.mask_us.size(), first.columns(), later.columns(),
               later.accept_us / static_cast<double>(later.mask_us.size()));
    all_first.add(first);
    all_later.add(later);
  }
  fmt::print("{:16} {:10} {:6} | {} | {} |\n", "all", "", all_first.mask_us.size(),
             all_first.columns(), all_later.columns());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: grammar_bench TOKENIZER_FOLDER CASES.json\n");
    return 2;
  }
  return run(argv[1], argv[2]);
}
