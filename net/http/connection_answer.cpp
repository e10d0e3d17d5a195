#include "net/http/connection.hpp"

#include "base/assert.hpp"

#include <ctime>
#include <utility>

namespace hadal::net {

namespace {

// Larger write buffers are released once they are empty.
constexpr std::size_t kept_buffer_bytes_max = 16 * 1024;

/// The Date of this second; formatted once per second and thread.
const std::string& date_now() {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  if (const std::time_t now = std::time(nullptr); now != second || text.empty()) {
    second = now;
    text = http_date(now);
  }
  return text;
}

void empty(std::string& buffer) {
  if (buffer.capacity() > kept_buffer_bytes_max)
    std::string().swap(buffer);
  else
    buffer.clear();
}

} // namespace

void connection::queue_head(const http_response& response, body_framing framing) {
  if (core_->draining || framing == body_framing::until_close)
    keep_alive_ = false;
  response_head head;
  head.status = response.status;
  head.content_type = response.content_type;
  head.headers = response.headers;
  head.header_lines = core_->options.cors.header_lines(origin_);
  head.framing = framing;
  head.content_length = response.body.size();
  head.keep_alive = keep_alive_;
  head.http_1_1 = http_1_1_;
  append_response_head(queued_, head, date_now());
}

void connection::respond(http_response response) {
  HADAL_ASSERT(!streaming_);
  if (has_no_body(response.status))
    response.body.clear();
  queue_head(response, body_framing::length);
  if (!head_request_)
    queued_ += response.body;
  end_answer();
}

void connection::start_stream(std::vector<header_field> headers, std::string_view content_type) {
  HADAL_ASSERT(!streaming_);
  streaming_ = true;
  framing_ = http_1_1_ ? body_framing::chunked : body_framing::until_close;
  queue_head({200, std::string(content_type), std::move(headers), {}}, framing_);
}

void connection::write(std::string_view bytes) {
  HADAL_ASSERT(streaming_);
  const bool nothing_waits = backlog_bytes() == 0; // then the client reads
  if (!head_request_)
    body_ += bytes;
  if (!nothing_waits && backlog_bytes() > core_->options.stream_backlog_bytes_max)
    cut_peer();
  else
    flush();
}

std::size_t connection::backlog_bytes() const noexcept {
  return queued_.size() + body_.size() + flight_.size() - flight_sent_;
}

void connection::finish() {
  HADAL_ASSERT(streaming_);
  last_chunk_due_ = framing_ == body_framing::chunked && !head_request_;
  end_answer();
}

void connection::abort() {
  keep_alive_ = false;
  end_answer();
}

void connection::exchange_dropped() {
  if (streaming_)
    abort();
  else
    respond(
        worker_.requests->error_answer({error_code::internal, "The request was given up.", {}}));
}

/// Called when the whole answer is queued.
void connection::end_answer() {
  current_->detach();
  current_ = nullptr;
  streaming_ = false;
  if (!keep_alive_)
    no_more_requests_ = true;
  flush();
  // With nothing to write (an aborted stream) no write will wake the reader.
  if (output_empty())
    wake();
}

bool connection::output_empty() const noexcept {
  return !writing_ && queued_.empty() && body_.empty() && !last_chunk_due_;
}

/// Sends the queued bytes; while a write is in progress its completion does it.
void connection::flush() {
  if (writing_ || peer_lost_ || output_empty())
    return;
  flight_.swap(queued_);
  flight_sent_ = 0;
  if (framing_ == body_framing::chunked)
    append_chunk(flight_, body_);
  else
    flight_ += body_;
  empty(body_);
  if (last_chunk_due_)
    append_last_chunk(flight_);
  last_chunk_due_ = false;
  writing_ = true;
  last_progress_ = clock::now();
  watch_stall(last_progress_ + core_->options.stream_stall_timeout);
  write_flight();
}

void connection::write_flight() {
  socket_.async_write_some(
      asio::buffer(flight_.data() + flight_sent_, flight_.size() - flight_sent_),
      [self = shared_from_this()](system_error_code ec, std::size_t bytes) {
        self->on_written(ec, bytes);
      });
}

void connection::on_written(system_error_code ec, std::size_t bytes) {
  if (ec || peer_lost_) {
    writing_ = false;
    lose_peer();
    return;
  }
  last_progress_ = clock::now();
  flight_sent_ += bytes;
  if (flight_sent_ < flight_.size()) {
    write_flight();
    return;
  }
  empty(flight_);
  flight_sent_ = 0;
  writing_ = false;
  flush();
  if (current_ != nullptr && streaming_)
    worker_.requests->on_drained(current_id_, backlog_bytes());
  else if (output_empty())
    wake();
}

/// Checks again at `when`: a write without progress for the stall timeout loses its peer. One timer
/// serves all writes; it is set again only when it fires.
void connection::watch_stall(clock::time_point when) {
  if (stall_watched_)
    return;
  stall_watched_ = true;
  stall_timer_.expires_at(when);
  stall_timer_.async_wait([self = shared_from_this()](system_error_code ec) {
    self->stall_watched_ = false;
    if (ec || !self->writing_ || self->peer_lost_)
      return;
    const auto due = self->last_progress_ + self->core_->options.stream_stall_timeout;
    if (clock::now() >= due)
      self->cut_peer();
    else
      self->watch_stall(due);
  });
}

} // namespace hadal::net
