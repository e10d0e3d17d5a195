// Time for one token's mask: `grammar_bench TOKENIZER_FOLDER CASES.json`. Each case is {"name",
// "schema", "documents"}: the documents are read token by token, as an answer would come, and a
// mask is made before each token; every mask must allow the token that follows. Printed are the
// time to compile, the time a mask takes the first time the document is read (states are visited
// for the first time), and once all are known. `compare.py` runs XGrammar over the same cases.

#include "model/grammar/compile_constraint.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <fstream>
#include <vector>

using namespace hadal;
using namespace hadal::model;

namespace {

using seconds = std::chrono::duration<double>;

double now() {
  return seconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct timing {
  double mask_s = 0;
  double longest_s = 0;
  double accept_s = 0;
  std::size_t masks = 0;
};

/// Reads one document; false when a mask refuses what follows.
bool read(const compiled_grammar_ptr& grammar, const std::vector<token_id>& tokens, timing& t) {
  grammar_matcher matcher(grammar);
  token_mask mask(grammar->vocabulary().size());
  for (const token_id id : tokens) {
    const double begin = now();
    std::fill(mask.words().begin(), mask.words().end(), 0);
    if (!matcher.fill(mask))
      return false;
    const double filled = now();
    if (!mask.allows(id) || !matcher.accept(id))
      return false;
    t.mask_s += filled - begin;
    t.longest_s = std::max(t.longest_s, filled - begin);
    t.accept_s += now() - filled;
    ++t.masks;
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
  fmt::print("{:16} {:>10} {:>8} {:>14} {:>14} {:>14} {:>12}\n", "case", "compile ms", "masks",
             "first us/mask", "longest us", "later us/mask", "accept us");
  std::ifstream file(cases_path);
  timing all_later, all_first;
  for (const auto& c : nlohmann::ordered_json::parse(file)) {
    begin = now();
    compile_budget budget;
    const auto compiled = compile_constraint(
        {constraint_kind::json_schema, c.at("schema").dump(), "schema"}, vocabulary, budget);
    const double compile_s = now() - begin;
    if (!compiled) {
      fmt::print(stderr, "{}: {}\n", c.at("name").get<std::string>(), compiled.error().message);
      return 1;
    }
    timing first, later;
    for (int round = 0; round < 20; ++round)
      for (const auto& document : c.at("documents")) {
        const auto ids = (*tokens)->encode_plain(document.get<std::string>());
        if (!ids || !read(*compiled, *ids, round == 0 ? first : later)) {
          fmt::print(stderr, "{}: a mask refuses {}\n", c.at("name").get<std::string>(),
                     document.get<std::string>());
          return 1;
        }
      }
    const auto per = [](double s, const timing& t) {
      return s / static_cast<double>(t.masks) * 1e6;
    };
    fmt::print("{:16} {:10.2f} {:8} {:14.2f} {:14.0f} {:14.2f} {:12.2f}\n",
               c.at("name").get<std::string>(), compile_s * 1e3, first.masks,
               per(first.mask_s, first), first.longest_s * 1e6, per(later.mask_s, later),
               per(later.accept_s, later));
    for (auto [sum, one] : {std::pair(&all_later, &later), std::pair(&all_first, &first)}) {
      sum->mask_s += one->mask_s;
      sum->masks += one->masks;
    }
  }
  fmt::print("all: {:.2f} us a mask when states are met for the first time, {:.2f} us later\n",
             all_first.mask_s / static_cast<double>(all_first.masks) * 1e6,
             all_later.mask_s / static_cast<double>(all_later.masks) * 1e6);
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
