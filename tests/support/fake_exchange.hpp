#pragma once
// An exchange without a socket: records what is written.

#include "net/http/handler.hpp"

#include <optional>
#include <string>
#include <utility>

namespace hadal::tests {

class fake_exchange final : public net::exchange {
public:
  fake_exchange(std::uint64_t id, std::string method, std::string target, std::string body);

  net::exchange_id id() const noexcept override { return id_; }
  const net::http_request& request() const noexcept override { return request_; }
  std::string take_body() override { return std::exchange(request_.body, {}); }
  bool closed() const noexcept override { return is_closed; }
  void respond(net::http_response r) override;
  void start_stream(std::vector<net::header_field> headers, std::string_view content_type) override;
  void write(std::string_view bytes) override;
  std::size_t backlog_bytes() const noexcept override { return backlog; }
  void finish() override { finished = true; }
  void abort() override { aborted = true; }

  void set_header(std::string name, std::string value) {
    request_.headers.push_back({std::move(name), std::move(value)});
  }

  bool ended() const noexcept { return response.has_value() || finished || aborted; }

  bool is_closed = false;
  std::size_t backlog = 0;
  std::optional<net::http_response> response;
  std::vector<net::header_field> stream_headers;
  bool streaming = false;
  bool finished = false;
  bool aborted = false;
  std::string written;

private:
  net::exchange_id id_;
  net::http_request request_;
};

} // namespace hadal::tests
