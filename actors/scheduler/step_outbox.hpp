#pragma once
// Planned steps that are not completely sent to the shard, in order. The forward of a step is sent
// once the step before is completely sent; its sampling also waits until every row under a grammar
// has its mask. So a forward runs while the masks of its step are computed, and a step without
// grammars is sent at once.

#include "actors/protocol/grammar.hpp"
#include "model/execution/step_executor.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace hadal::actors {

/// One message to the shard: a forward or a sampling.
struct outgoing_step {
  model::forward_batch_ptr forward; // one of the two is null
  model::sample_batch_ptr sample;
};

class step_outbox {
public:
  /// A row of the step's sample batch that must wait for a mask.
  struct masked_row {
    sequence_id sequence{};
    std::size_t row = 0;
    bool asked = false;
  };

  void add(model::forward_batch_ptr forward, std::shared_ptr<model::sample_batch> sample,
           std::vector<masked_row> rows);

  /// The first step with rows whose masks have not been requested, or null. Rows of sequences for
  /// which `ready` is true are marked as requested and returned.
  template <class Ready>
  std::vector<masked_row> ask(step_id& step, const Ready& ready) {
    for (auto& waiting : steps_) {
      std::vector<masked_row> now;
      for (auto& row : waiting.rows)
        if (!row.asked && ready(row, waiting.sample->sequences[row.row])) {
          row.asked = true;
          now.push_back(row);
        }
      if (!now.empty()) {
        step = waiting.sample->id;
        return now;
      }
    }
    return {};
  }

  /// Gives a row its mask. Ignored if the row does not wait for one.
  void fill(step_id step, sequence_id sequence, kernels::token_mask_ptr mask);
  /// The sequence ended: its samples will be discarded and need no mask.
  void release(sequence_id sequence);
  void clear() { steps_.clear(); }

  /// The messages that may be sent now.
  std::vector<outgoing_step> take();

private:
  struct waiting_step {
    model::forward_batch_ptr forward; // null once it is sent
    std::shared_ptr<model::sample_batch> sample;
    std::vector<masked_row> rows; // that still wait
  };

  std::deque<waiting_step> steps_;
};

} // namespace hadal::actors
