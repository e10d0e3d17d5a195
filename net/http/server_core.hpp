#pragma once
// State shared by the connections of one server. For the sources of this folder only.

#include "net/http/asio.hpp"
#include "net/http/server.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>

namespace hadal::net {

class connection;

/// The state of one io thread. Only that thread uses the set.
struct worker_state {
  asio::io_context* io = nullptr;
  handler* requests = nullptr;
  std::unordered_set<connection*> connections;
  std::array<char, 64 * 1024> read_space; // reads go here before a connection copies its bytes
};

struct server_core {
  http_server_options options;
  std::deque<worker_state> workers; // references remain valid
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> connection_count{0};
  std::atomic<std::uint64_t> next_exchange_id{1};
};

} // namespace hadal::net
