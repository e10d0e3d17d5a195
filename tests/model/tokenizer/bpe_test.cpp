#include "model/tokenizer/bpe.hpp"

#include "tests/support/catch.hpp"

#include <map>
#include <random>
#include <string>

using namespace hadal;
using namespace hadal::model;

namespace {

// Merges as the definition says, over and over from the start.
std::vector<token_id> merged_slowly(const std::string& piece,
                                    const std::vector<bpe::merge_rule>& rules) {
  std::vector<token_id> ids;
  for (char c : piece)
    ids.push_back(static_cast<unsigned char>(c));
  while (true) {
    std::size_t best = rules.size();
    std::size_t place = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i)
      for (std::size_t rank = 0; rank < best; ++rank)
        if (rules[rank].left == ids[i] && rules[rank].right == ids[i + 1]) {
          best = rank;
          place = i;
        }
    if (best == rules.size())
      return ids;
    ids[place] = rules[best].merged;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

std::array<token_id, 256> bytes() {
  std::array<token_id, 256> ids{};
  for (std::size_t b = 0; b < ids.size(); ++b)
    ids[b] = static_cast<token_id>(b);
  return ids;
}

} // namespace

TEST_CASE("merging gives what the definition says, for short and long pieces") {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    // Random rules over three letters; a rule may use what earlier rules made.
    std::vector<bpe::merge_rule> rules;
    std::vector<token_id> known = {'a', 'b', 'c'};
    std::map<std::pair<token_id, token_id>, bool> used;
    for (token_id next = 256; next < 280; ++next) {
      const token_id left = known[random() % known.size()];
      const token_id right = known[random() % known.size()];
      if (used.emplace(std::pair(left, right), true).second) {
        rules.push_back({left, right, next});
        known.push_back(next);
      }
    }
    const bpe merging(bytes(), rules);
    bpe_scratch scratch;
    for (std::size_t size : {0, 1, 2, 3, 10, 47, 48, 49, 50, 120, 300}) {
      std::string piece;
      for (std::size_t i = 0; i < size; ++i)
        piece += static_cast<char>('a' + random() % (round % 3 + 1));
      std::vector<token_id> ids = {-7};
      merging.encode(piece, scratch, ids);
      std::vector<token_id> expected = merged_slowly(piece, rules);
      expected.insert(expected.begin(), -7); // ids already in the output stay
      REQUIRE(ids == expected);
    }
  }
}

TEST_CASE("without rules every byte is its own token") {
  const bpe merging(bytes(), {});
  bpe_scratch scratch;
  std::vector<token_id> ids;
  merging.encode(std::string(100, '\xFF'), scratch, ids);
  CHECK(ids == std::vector<token_id>(100, 255));
}

TEST_CASE("a pair that is listed twice has its last rank") {
  const bpe merging(bytes(), {{'a', 'b', 300}, {'b', 'c', 301}, {'a', 'b', 300}});
  bpe_scratch scratch;
  std::vector<token_id> ids;
  merging.encode("abc", scratch, ids);
  CHECK(ids == std::vector<token_id>{'a', 301});
}
