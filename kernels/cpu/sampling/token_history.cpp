#include "kernels/cpu/sampling/token_history.hpp"

namespace hadal::kernels {

void token_history::reset(std::span<const token_id> prompt, std::span<const token_id> output) {
  emitted_.clear();
  for (const token_id id : prompt)
    emitted_.try_emplace(id, 0);
  for (const token_id id : output)
    append(id);
}

} // namespace hadal::kernels
