#pragma once
// Checks that a checkpoint has the tensors that its config needs, without reading weights: for
// `hadal doctor`, and before a long load.

#include "model/weights/checkpoint.hpp"

#include <map>

namespace hadal::model {

struct checkpoint_report {
  struct amount {
    std::size_t tensors = 0;
    std::uint64_t bytes = 0;
  };

  std::size_t shards = 0;
  std::uint64_t file_bytes = 0;         // of all shards
  amount needed;                        // what serving reads, scales included
  std::map<std::string, amount> dtypes; // of the needed tensors, by dtype name
  std::size_t ignored_tensors = 0;      // in the checkpoint and not needed
  std::int32_t mtp_layers = 0;          // complete MTP modules; their tensors count as needed
  bool fused_experts = false;           // in at least one layer
  std::vector<error> faults;            // as the loader would report them
  std::vector<error> mtp_faults;        // of incomplete MTP modules
};

checkpoint_report check_checkpoint(const checkpoint& source, const model_config& config);

} // namespace hadal::model
