#pragma once
// The memory that a server will need, computed without loading, for `hadal doctor`. Weights and KV
// cache are counted as the backends store them; workspaces are an upper estimate.

#include "actors/server/options.hpp"
#include "model/config/model_config.hpp"
#include "model/weights/expected/checkpoint_check.hpp"

#include <cstdint>
#include <string>

namespace hadal::server {

struct memory_plan {
  std::uint64_t weight_bytes = 0;
  std::uint64_t kv_token_bytes = 0; // of one token in all layers
  std::uint64_t kv_bytes = 0;       // of max_total_tokens; touched on first use
  std::uint64_t workspace_bytes = 0;

  /// Memory that is used without any request.
  std::uint64_t standing_bytes() const noexcept { return weight_bytes + workspace_bytes; }
  std::uint64_t full_bytes() const noexcept { return standing_bytes() + kv_bytes; }
};

/// `stored` has the types of the checkpoint's weights; float8 stays float8, other types become
/// `compute`.
memory_plan plan_memory(const model::model_config& config, const serve_limits& limits,
                        std::uint32_t max_running_requests, model::compute_dtype compute,
                        const model::checkpoint_report& stored);

/// "1.5 GiB", "18.0 MiB", "512 B".
std::string bytes_text(std::uint64_t bytes);

} // namespace hadal::server
