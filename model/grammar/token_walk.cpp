#include "model/grammar/token_walk.hpp"

namespace hadal::model {

namespace {

// For a branch with fewer nodes the test whether all of it can be read does not pay.
constexpr std::uint32_t branch_nodes_min = 2;

} // namespace

void token_harvest::add_fitting(std::uint32_t begin, std::uint32_t end) {
  fitting_count += end - begin;
  if (!fitting.empty() && fitting.back().end == begin)
    fitting.back().end = end;
  else if (begin < end)
    fitting.push_back({begin, end});
}

kernels::token_mask token_harvest::mask(const token_vocabulary& vocabulary, bool in_order) const {
  const auto each = [&](std::uint32_t begin, std::uint32_t end, const auto& f) {
    for (auto position = begin; position < end; ++position)
      f(vocabulary.id_at(position));
  };
  if (!in_order || fitting_count < vocabulary.text_token_count() / 2) {
    kernels::token_mask mask(vocabulary.size());
    for (const auto& range : fitting)
      each(range.begin, range.end, [&](token_id id) { mask.allow(id); });
    return mask;
  }
  auto mask = vocabulary.text_tokens(); // fewer tokens do not fit
  const auto refuse = [&](token_id id) { mask.refuse(id); };
  std::uint32_t begin = 0;
  for (const auto& range : fitting) {
    each(begin, range.begin, refuse);
    begin = range.end;
  }
  each(begin, static_cast<std::uint32_t>(vocabulary.text_token_count()), refuse);
  return mask;
}

void token_harvest::add_open(const open_branch& branch) {
  if (branch.begin == branch.end)
    return;
  if (!open.empty() && open.back().end == branch.begin && open.back().depth == branch.depth &&
      open.back().offset == branch.offset)
    open.back().end = branch.end;
  else
    open.push_back(branch);
}

token_walk::token_walk(config_graph& graph, const token_vocabulary& vocabulary)
  : graph_(graph), vocabulary_(vocabulary), path_(vocabulary.token_bytes_max() + 1) {}

result<void> token_walk::whole(config_id start, token_harvest& found) {
  path_[0] = start;
  exits_.clear();
  return nodes({0, static_cast<std::uint32_t>(vocabulary_.tree().size()), 0, 0}, found);
}

result<void> token_walk::rest(config_id start, const open_branch& branch, token_harvest& found) {
  const auto prefix = vocabulary_.bytes_at(vocabulary_.tree()[branch.begin].tokens_begin);
  auto config = start;
  exits_.clear();
  for (auto depth = branch.offset;; ++depth) {
    HADAL_TRY(graph_.spend(1));
    path_[depth] = config;
    const auto& set = graph_.set(config);
    if (set.ends)
      exits_.push_back(depth);
    if (set.threads.empty()) {
      leave_open(branch, found);
      return graph_.spend(exits_.size());
    }
    if (depth == branch.depth)
      return nodes(branch, found);
    HADAL_TRY_ASSIGN(to, graph_.next(config, static_cast<std::uint8_t>(prefix[depth])));
    config = to;
  }
}

void token_walk::leave_open(open_branch branch, token_harvest& found) const {
  for (const auto offset : exits_) {
    branch.offset = offset;
    found.add_open(branch);
  }
}

/// Starts from path_ at the branch's depth, which is alive.
result<void> token_walk::nodes(const open_branch& branch, token_harvest& found) {
  const auto& tree = vocabulary_.tree();
  std::uint64_t visited = 0;
  for (auto i = branch.begin; i < branch.end;) {
    const auto& node = tree[i];
    ++visited;
    while (!exits_.empty() && exits_.back() >= node.depth)
      exits_.pop_back();
    const auto before = node.depth - 1u;
    if (node.texts != 0 && node.after - i >= branch_nodes_min &&
        before >= branch.offset + node.into) {
      HADAL_TRY_ASSIGN(
          all, graph_.reads_all(path_[before - node.into], vocabulary_.texts()[node.texts]));
      if (all) {
        found.add_fitting(node.tokens_begin, node.tokens_end);
        i = node.after;
        continue;
      }
    }
    HADAL_TRY_ASSIGN(to, graph_.next(path_[before], node.byte));
    if (to == config_graph::dead) {
      visited += exits_.size();
      leave_open({i, node.after, before, 0}, found);
      i = node.after;
      continue;
    }
    path_[node.depth] = to;
    found.add_fitting(node.tokens_begin, node.tokens_here);
    const auto& set = graph_.set(to);
    if (set.ends)
      exits_.push_back(node.depth);
    if (set.threads.empty()) {
      visited += exits_.size();
      leave_open({i + 1, node.after, node.depth, 0}, found);
      i = node.after;
      continue;
    }
    ++i;
  }
  return graph_.spend(visited);
}

} // namespace hadal::model
