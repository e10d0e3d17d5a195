#pragma once
// The exchange that a connection gives to the handler. It may outlive the connection and then has
// no effect. For the sources of this folder only.

#include "net/http/handler.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace hadal::net {

class connection;

class connection_exchange final : public exchange {
public:
  connection_exchange(connection& owner, exchange_id id, http_request request);
  ~connection_exchange() override;

  exchange_id id() const noexcept override { return id_; }
  const http_request& request() const noexcept override { return request_; }
  std::string take_body() override { return std::exchange(request_.body, {}); }
  bool closed() const noexcept override { return closed_; }
  void respond(http_response response) override;
  void start_stream(std::vector<header_field> headers, std::string_view content_type) override;
  void write(std::string_view bytes) override;
  std::size_t backlog_bytes() const noexcept override;
  void finish() override;
  void abort() override;

  /// The connection's answer to this exchange is complete.
  void detach() noexcept { owner_ = nullptr; }
  /// The peer is gone.
  void close() noexcept {
    owner_ = nullptr;
    closed_ = true;
  }

private:
  connection* owner_; // null once answered or closed
  exchange_id id_;
  http_request request_;
  bool closed_ = false;
};

} // namespace hadal::net
