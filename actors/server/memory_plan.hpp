#pragma once
// The memory that a server will need, computed without loading, for `hadal doctor`. Weights are
// what the backend says that they will take, the KV cache is counted as the backends store it;
// workspaces are an upper estimate.

#include "actors/server/options.hpp"
#include "model/config/model_config.hpp"

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

/// `weight_bytes`: of packed weights (model/execution/make_executor.hpp).
memory_plan plan_memory(const model::model_config& config, const serve_limits& limits,
                        std::uint32_t max_running_requests, model::compute_dtype compute,
                        std::uint64_t weight_bytes);

/// "1.5 GiB", "18.0 MiB", "512 B".
std::string bytes_text(std::uint64_t bytes);

} // namespace hadal::server
