#include "tests/support/fake_exchange.hpp"

#include "base/assert.hpp"

namespace hadal::tests {

fake_exchange::fake_exchange(std::uint64_t id, std::string method, std::string target,
                             std::string body)
  : id_(net::exchange_id{id}) {
  request_.method = std::move(method);
  request_.target = std::move(target);
  request_.body = std::move(body);
}

void fake_exchange::respond(net::http_response r) {
  HADAL_ASSERT(!ended() && !streaming);
  response = std::move(r);
}

void fake_exchange::start_stream(std::vector<net::header_field> headers, std::string_view) {
  HADAL_ASSERT(!ended() && !streaming);
  stream_headers = std::move(headers);
  streaming = true;
}

void fake_exchange::write(std::string_view bytes) {
  HADAL_ASSERT(!ended() && streaming);
  written += bytes;
}

} // namespace hadal::tests
