// The second part of request_desk: clients that leave, writing of answers, failures.
#include "actors/gateway/request_desk.hpp"

#include "base/limits.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/request_id.hpp"

namespace hadal::actors {

using namespace protocol;
using clock = std::chrono::steady_clock;

namespace {

double seconds_between(clock::time_point from, clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

const char* finish_label(model::finish_reason reason) {
  switch (reason) {
  case model::finish_reason::stop: return "stop";
  case model::finish_reason::length: return "length";
  case model::finish_reason::tool_calls: return "tool_calls";
  case model::finish_reason::failed: return "error";
  }
  return "error";
}

} // namespace

// -- clients ------------------------------------------------------------------------------

void request_desk::on_closed(net::exchange_id id) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  links_->tell_session(i->second.session, client_gone{});
  open_.erase(i);
}

void request_desk::on_drained(net::exchange_id id, std::size_t) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  return_credit credit;
  collect_credit(i->second, credit);
  if (!credit.credits.empty())
    links_->tell_scheduler(std::move(credit));
}

void request_desk::on_refused(unsigned status) {
  env_.metrics().count_http_request("other", status);
}

/// Credit is returned in halves, once the written bytes have been sent.
void request_desk::collect_credit(open_request& request, return_credit& credit) {
  if (request.answer->form().stream && request.ex->backlog_bytes() > 0)
    return;
  for (auto& choice : request.unread)
    if (choice.tokens >= limits::stream_credit_tokens / 2) {
      credit.credits.push_back({choice.sequence, choice.tokens});
      choice.tokens = 0;
    }
}

// -- answers ------------------------------------------------------------------------------

void request_desk::on(const request_prepared& m) {
  auto i = open_.find(m.exchange);
  if (i == open_.end())
    return;
  for (const auto& prompt : m.prompts) {
    env_.metrics().add_prompt_tokens(prompt.prompt_tokens);
    i->second.place.spend(prompt.prompt_tokens, clock::now());
  }
  i->second.headers = m.headers;
  i->second.answer->prepare(m.prompts);
}

void request_desk::on(const step_deltas& m) {
  const auto now = clock::now();
  const bool nothing_waited = unwritten_.empty();
  for (const auto& delta : *m.deltas) {
    auto i = open_.find(delta.exchange);
    if (i == open_.end())
      continue; // the client is gone; its cancel is in flight
    const auto& end = delta.output.finish;
    if (end && end->reason == model::finish_reason::failed) {
      fail_open(delta.exchange, end->failure);
      continue;
    }
    auto& request = i->second;
    add(request, delta, now);
    if (request.answer->complete())
      finish(delta.exchange, request);
    else if (!std::exchange(request.is_unwritten, true))
      unwritten_.push_back(delta.exchange);
  }
  if (nothing_waited && !unwritten_.empty())
    links_->write_streams_soon();
}

/// One write per stream, however many messages have added to it.
void request_desk::write_streams() {
  return_credit credit;
  for (auto id : unwritten_)
    if (auto i = open_.find(id); i != open_.end()) {
      i->second.is_unwritten = false;
      flush(i->second);
      if (i = open_.find(id); i != open_.end()) // the connection may have dropped a slow reader
        collect_credit(i->second, credit);
    }
  unwritten_.clear();
  if (!credit.credits.empty())
    links_->tell_scheduler(std::move(credit));
}

void request_desk::add(open_request& request, const sequence_delta& delta, clock::time_point now) {
  note_tokens(request, delta, now);
  bool behind = request.answer->form().stream && request.ex->backlog_bytes() > 0;
  request.answer->note(seconds_between(request.arrived, now), behind);
  request.answer->add(delta, request.out);
  if (const auto& end = delta.output.finish)
    env_.metrics().count_request(finish_label(end->reason));
}

void request_desk::note_tokens(open_request& request, const sequence_delta& delta,
                               clock::time_point now) {
  auto& choice = request.unread[delta.choice];
  auto& metrics = env_.metrics();
  auto count = delta.completion_tokens - choice.completed;
  if (count == 0)
    return;
  if (choice.completed == 0)
    metrics.observe_time_to_first_token(seconds_between(request.arrived, now));
  else
    metrics.observe_inter_token_latency(seconds_between(choice.last, now) / count);
  metrics.add_generation_tokens(count);
  request.place.spend(count, now);
  choice.last = now;
  choice.completed = delta.completion_tokens;
  choice.sequence = delta.sequence;
  choice.tokens += count;
}

void request_desk::flush(open_request& request) {
  if (request.out.empty())
    return;
  if (!request.stream_started) {
    request.stream_started = true;
    auto headers = request.headers;
    headers.push_back({"Cache-Control", "no-cache"}); // events must not be cached
    headers.push_back({"X-Accel-Buffering", "no"});
    net::add_request_id(headers, request.ex->request(), request.answer->id());
    request.ex->start_stream(std::move(headers));
    env_.metrics().count_http_request(net::pattern(request.route), 200);
  }
  writing_.clear();
  writing_.swap(request.out);
  auto ex = request.ex; // a write may end the exchange and so the request
  ex->write(writing_);
}

void request_desk::finish(net::exchange_id id, open_request& request) {
  auto ex = request.ex;
  request.place = {}; // a client with its answer may send the next request
  if (request.answer->form().stream) {
    request.answer->append_end(request.out);
    flush(request);
    if (!open_.contains(id))
      return;
    ex->finish();
  } else {
    net::http_response response;
    response.headers = request.headers;
    response.body = request.answer->body();
    respond(ex, request.route, std::move(response), request.answer->id());
  }
  if (auto i = open_.find(id); i != open_.end()) {
    env_.metrics().observe_request(seconds_between(i->second.arrived, clock::now()));
    links_->tell_session(i->second.session, answer_complete{});
    open_.erase(i);
  }
}

void request_desk::on(const whole_answer& m) {
  auto i = open_.find(m.exchange);
  if (i == open_.end())
    return;
  auto request = std::move(i->second);
  open_.erase(i);
  request.place = {};
  net::http_response response;
  response.body = m.body;
  respond(request.ex, request.route, std::move(response));
}

// -- failures -------------------------------------------------------------------------------

void request_desk::on(const request_failed& m) {
  fail_open(m.exchange, m.failure);
}

void request_desk::session_died(net::exchange_id id) {
  fail_open(id, {error_code::internal, "the request's session died", {}});
}

/// A failure before the first token is an answer with its own status; a later one ends the stream
/// with an error event.
void request_desk::fail_open(net::exchange_id id, const error& failure) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  auto request = std::move(i->second);
  open_.erase(i);
  request.place = {};
  if (failure.code != error_code::invalid_request &&
      failure.code != error_code::context_length_exceeded && failure.code != error_code::queue_full)
    env_.metrics().count_request("error");
  links_->tell_session(request.session, client_gone{});
  if (!request.stream_started && request.out.empty())
    return respond_error(request.ex, request.route, failure);
  net::append_error_event(request.out, failure); // after the bytes that wait to be written
  auto ex = request.ex;
  flush(request);
  ex->finish();
}

void request_desk::on(const fail_open_requests& m) {
  std::vector<net::exchange_id> ids;
  for (const auto& [id, request] : open_)
    ids.push_back(id);
  for (auto id : ids)
    fail_open(id, m.failure);
}

void request_desk::close_all() {
  auto open = std::move(open_);
  open_.clear();
  unwritten_.clear();
  for (auto& [id, request] : open) {
    links_->tell_session(request.session, client_gone{});
    request.ex->abort();
  }
}

} // namespace hadal::actors
