#include "actors/gateway/open_streams.hpp"

#include "actors/gateway/responses.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/request_id.hpp"

#include <algorithm>
#include <utility>

namespace hadal::actors {

using namespace protocol;

open_streams::stream::stream(admitted_request request, session_actor to)
  : ex(std::move(request.ex)), route(request.route), answer(std::move(request.answer)),
    session(std::move(to)), arrived(request.arrived), place(std::move(request.place)),
    meter(choices(), arrived), credit(choices()) {}

void open_streams::open(admitted_request request, session_actor session) {
  const auto id = request.ex->id();
  open_.try_emplace(id, std::move(request), std::move(session));
}

// -- connections -----------------------------------------------------------------------

void open_streams::on_closed(net::exchange_id id) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  links_->tell_session(i->second.session, client_gone{});
  open_.erase(i);
}

void open_streams::on_drained(net::exchange_id id) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  std::vector<due_credit> due;
  collect(i->second, due);
  return_all(std::move(due));
}

// -- credit ----------------------------------------------------------------------------

/// None before the bytes that are written have left.
void open_streams::collect(stream& request, std::vector<due_credit>& due) {
  if (request.answer->layout().stream && request.ex->backlog_bytes() > 0)
    return;
  std::vector<returned_credit> credits;
  request.credit.take_due(credits);
  if (credits.empty())
    return;
  auto same = std::find_if(due.begin(), due.end(), [&](const due_credit& known) {
    return known.scheduler == request.scheduler;
  });
  if (same == due.end())
    same = due.insert(due.end(), {request.scheduler, {}});
  auto& all = same->credit.credits;
  all.insert(all.end(), credits.begin(), credits.end());
}

void open_streams::return_all(std::vector<due_credit> due) {
  for (auto& [scheduler, credit] : due)
    links_->tell_scheduler(scheduler, std::move(credit));
}

// -- answers ---------------------------------------------------------------------------

void open_streams::on(const request_prepared& m, time_point now) {
  auto i = open_.find(m.exchange);
  if (i == open_.end())
    return;
  auto& request = i->second;
  for (const auto& prompt : m.prompts) {
    metrics_.add_prompt_tokens(prompt.prompt_tokens);
    request.place.spend(prompt.prompt_tokens, now);
  }
  request.scheduler = m.scheduler;
  request.headers = m.headers;
  request.answer->prepare(m.prompts);
}

void open_streams::on(const step_deltas& m, time_point now) {
  const bool nothing_waited = unwritten_.empty();
  for (const auto& delta : *m.deltas) {
    auto i = open_.find(delta.exchange);
    if (i == open_.end())
      continue; // the client is gone; its cancel is in flight
    const auto& end = delta.output.finish;
    if (end && end->reason == model::finish_reason::failed) {
      fail(delta.exchange, end->failure);
      continue;
    }
    auto& request = i->second;
    add(request, delta, now);
    if (request.answer->complete())
      finish(delta.exchange, request, now);
    else if (!std::exchange(request.is_unwritten, true))
      unwritten_.push_back(delta.exchange);
  }
  if (nothing_waited && !unwritten_.empty())
    links_->write_streams_soon();
}

void open_streams::write() {
  std::vector<due_credit> due;
  for (auto id : unwritten_)
    if (auto i = open_.find(id); i != open_.end()) {
      i->second.is_unwritten = false;
      flush(i->second);
      if (i = open_.find(id); i != open_.end()) // the connection may have dropped a slow reader
        collect(i->second, due);
    }
  unwritten_.clear();
  return_all(std::move(due));
}

void open_streams::add(stream& request, const sequence_delta& delta, time_point now) {
  const auto tokens = request.meter.note(delta.choice, delta.completion_tokens, now, metrics_);
  if (tokens > 0) {
    request.place.spend(tokens, now);
    request.credit.add(delta.choice, delta.sequence, tokens);
  }
  const bool behind = request.answer->layout().stream && request.ex->backlog_bytes() > 0;
  request.answer->note(seconds_between(request.arrived, now), behind);
  request.answer->add(delta, request.out);
  if (const auto& end = delta.output.finish)
    metrics_.count_request(finish_label(end->reason));
}

void open_streams::flush(stream& request) {
  if (request.out.empty())
    return;
  if (!std::exchange(request.started, true)) {
    auto headers = request.headers;
    headers.push_back({"Cache-Control", "no-cache"}); // events must not be cached
    headers.push_back({"X-Accel-Buffering", "no"});
    net::add_request_id(headers, request.ex->request(), request.answer->id());
    request.ex->start_stream(std::move(headers));
    metrics_.count_http_request(net::pattern(request.route), 200);
  }
  writing_.clear();
  writing_.swap(request.out);
  auto ex = request.ex; // a write may end the exchange and so the request
  ex->write(writing_);
}

void open_streams::finish(net::exchange_id id, stream& request, time_point now) {
  auto ex = request.ex;
  request.place = {}; // a client with its answer may send the next request
  if (request.answer->layout().stream) {
    request.answer->append_end(request.out);
    flush(request);
    if (!open_.contains(id))
      return;
    ex->finish();
  } else {
    net::http_response response;
    response.headers = request.headers;
    response.body = request.answer->body();
    respond(metrics_, ex, request.route, std::move(response), request.answer->id());
  }
  if (auto i = open_.find(id); i != open_.end()) {
    metrics_.observe_request(seconds_between(i->second.arrived, now));
    links_->tell_session(i->second.session, answer_complete{});
    open_.erase(i);
  }
}

void open_streams::on(const whole_answer& m) {
  auto i = open_.find(m.exchange);
  if (i == open_.end())
    return;
  auto request = std::move(i->second);
  open_.erase(i);
  request.place = {};
  net::http_response response;
  response.body = m.body;
  respond(metrics_, request.ex, request.route, std::move(response));
}

// -- failures --------------------------------------------------------------------------

void open_streams::fail(net::exchange_id id, const error& failure) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  auto request = std::move(i->second);
  open_.erase(i);
  request.place = {};
  if (counts_as_failed(failure.code))
    metrics_.count_request("error");
  links_->tell_session(request.session, client_gone{});
  if (!request.started && request.out.empty())
    return respond_error(metrics_, request.ex, request.route, failure);
  net::append_error_event(request.out, failure); // after the bytes that wait to be written
  auto ex = request.ex;
  flush(request);
  ex->finish();
}

void open_streams::fail_all(const error& failure) {
  std::vector<net::exchange_id> ids;
  for (const auto& [id, request] : open_)
    ids.push_back(id);
  for (auto id : ids)
    fail(id, failure);
}

void open_streams::abort_all() {
  auto open = std::move(open_);
  open_.clear();
  unwritten_.clear();
  for (auto& [id, request] : open) {
    links_->tell_session(request.session, client_gone{});
    request.ex->abort();
  }
}

} // namespace hadal::actors
