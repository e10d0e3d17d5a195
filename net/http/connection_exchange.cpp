#include "net/http/connection_exchange.hpp"

#include "net/http/connection.hpp"

namespace hadal::net {

connection_exchange::connection_exchange(connection& owner, exchange_id id, http_request request)
  : owner_(&owner), id_(id), request_(std::move(request)) {}

connection_exchange::~connection_exchange() {
  if (owner_ != nullptr)
    owner_->exchange_dropped();
}

void connection_exchange::respond(http_response response) {
  if (owner_ != nullptr)
    owner_->respond(std::move(response));
}

void connection_exchange::start_stream(std::vector<header_field> headers,
                                       std::string_view content_type) {
  if (owner_ != nullptr)
    owner_->start_stream(std::move(headers), content_type);
}

void connection_exchange::write(std::string_view bytes) {
  if (owner_ != nullptr)
    owner_->write(bytes);
}

std::size_t connection_exchange::backlog_bytes() const noexcept {
  return owner_ != nullptr ? owner_->backlog_bytes() : 0;
}

void connection_exchange::finish() {
  if (owner_ != nullptr)
    owner_->finish();
}

void connection_exchange::abort() {
  if (owner_ != nullptr)
    owner_->abort();
}

} // namespace hadal::net
