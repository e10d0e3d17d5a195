#pragma once
// Planned steps on their way to the shard, in order. The forward of a step leaves as soon as the
// step before has left whole; its sampling waits, besides, until every row under a grammar has its
// mask. So a forward runs while the masks of its own step are made, and a step without grammars
// leaves at once.

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

  /// The first step whose rows wait for masks that have not been asked for, or null. Its rows of
  /// sequences for which `ready` holds are marked as asked and returned.
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

  /// Gives a row its mask. Rows that do not wait (any more) are passed over.
  void fill(step_id step, sequence_id sequence, model::token_mask_ptr mask);
  /// The sequence ended: what is sampled for it will be thrown away, and needs no mask.
  void release(sequence_id sequence);
  void clear() { steps_.clear(); }

  /// What may leave now.
  std::vector<outgoing_step> take();

private:
  struct waiting_step {
    model::forward_batch_ptr forward; // null once it has left
    std::shared_ptr<model::sample_batch> sample;
    std::vector<masked_row> rows; // that still wait
  };

  std::deque<waiting_step> steps_;
};

} // namespace hadal::actors
