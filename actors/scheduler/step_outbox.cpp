#include "actors/scheduler/step_outbox.hpp"

#include <algorithm>

namespace hadal::actors {

void step_outbox::add(model::forward_batch_ptr forward, std::shared_ptr<model::sample_batch> sample,
                      std::vector<masked_row> rows) {
  steps_.push_back({std::move(forward), std::move(sample), std::move(rows)});
}

void step_outbox::fill(step_id step, sequence_id sequence, kernels::token_mask_ptr mask) {
  for (auto& waiting : steps_) {
    if (waiting.sample->id != step)
      continue;
    const auto row = std::find_if(waiting.rows.begin(), waiting.rows.end(),
                                  [&](const auto& r) { return r.sequence == sequence; });
    if (row == waiting.rows.end())
      return;
    waiting.sample->sequences[row->row].masks = {std::move(mask)};
    waiting.rows.erase(row);
    return;
  }
}

void step_outbox::release(sequence_id sequence) {
  for (auto& waiting : steps_)
    std::erase_if(waiting.rows, [&](const auto& r) { return r.sequence == sequence; });
}

std::vector<outgoing_step> step_outbox::take() {
  std::vector<outgoing_step> out;
  while (!steps_.empty()) {
    auto& first = steps_.front();
    if (first.forward)
      out.push_back({std::move(first.forward), nullptr});
    first.forward = nullptr;
    if (!first.rows.empty())
      break;
    out.push_back({nullptr, std::move(first.sample)});
    steps_.pop_front();
  }
  return out;
}

} // namespace hadal::actors
