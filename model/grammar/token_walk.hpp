#pragma once
// Walks branches of the vocabulary's tree from a set of threads and collects the tokens that fit,
// and the branches that go beyond the end of the rule they began in: the frame below decides
// those. Branches whose characters all have the same effect are accepted as a whole
// (config_graph.hpp).

#include "base/result.hpp"
#include "model/grammar/config_graph.hpp"
#include "model/grammar/token_vocabulary.hpp"

#include <cstdint>
#include <vector>

namespace hadal::model {

/// Neighbouring nodes with their subtrees, of which the first `offset` bytes have been
/// read.
struct open_branch {
  std::uint32_t begin = 0; // nodes of the tree
  std::uint32_t end = 0;
  std::uint32_t depth = 0;  // bytes before the nodes' own, the same for all
  std::uint32_t offset = 0; // at most `depth`
};

struct token_harvest {
  struct position_range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::vector<position_range> fitting; // in the vocabulary's order of bytes; may overlap
  std::size_t fitting_count = 0;
  std::vector<open_branch> open;

  void add_fitting(std::uint32_t begin, std::uint32_t end);
  /// The fitting tokens as a mask; `in_order`: the ranges are ascending and do not overlap.
  kernels::token_mask mask(const token_vocabulary& vocabulary, bool in_order) const;
  void add_open(const open_branch& branch);
};

class token_walk {
public:
  using config_id = config_graph::config_id;

  token_walk(config_graph& graph, const token_vocabulary& vocabulary);

  /// Walks all tokens; the fitting ones are then in order, each once.
  result<void> whole(config_id start, token_harvest& found);
  /// Walks the tokens of a branch; `start` is the set after `offset` bytes.
  result<void> rest(config_id start, const open_branch& branch, token_harvest& found);

private:
  result<void> nodes(const open_branch& branch, token_harvest& found);
  void leave_open(open_branch branch, token_harvest& found) const;

  config_graph& graph_;
  const token_vocabulary& vocabulary_;
  std::vector<config_id> path_;      // by depth, from the branch's offset on
  std::vector<std::uint32_t> exits_; // depths on the path where the rule could end
};

} // namespace hadal::model
