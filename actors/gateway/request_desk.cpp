#include "actors/gateway/request_desk.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "net/admin/health.hpp"
#include "net/openai/decode.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/media_type.hpp"
#include "net/openai/small_answers.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/core.h>

namespace hadal::actors {

using namespace protocol;
using clock = std::chrono::steady_clock;

namespace {

double seconds_since(clock::time_point then) {
  return std::chrono::duration<double>(clock::now() - then).count();
}

net::health_state health_of(service_phase phase) {
  switch (phase) {
  case service_phase::starting: return net::health_state::starting;
  case service_phase::ready: return net::health_state::ok;
  case service_phase::rebuilding: return net::health_state::failed;
  case service_phase::draining: return net::health_state::draining;
  }
  return net::health_state::failed;
}

const net::generation_fields& generation_of(const net::chat_request& r) {
  return r.generation;
}
const net::generation_fields& generation_of(const net::completion_request& r) {
  return r.generation;
}

answer_form form_of(const net::chat_request& r) {
  answer_form form;
  form.options.logprobs = r.logprobs;
  return form;
}

answer_form form_of(const net::completion_request& r) {
  answer_form form;
  form.chat = false;
  form.echo = r.echo;
  form.options.logprobs = r.logprobs.has_value();
  form.prompts = static_cast<std::uint32_t>(r.prompts.size());
  return form;
}

} // namespace

request_desk::request_desk(std::shared_ptr<const server_config> config, runtime::environment& env)
  : config_(std::move(config)), env_(env) {}

request_desk::~request_desk() = default;

// -- answers that end an exchange -----------------------------------------------------

void request_desk::respond(const net::exchange_ptr& ex, std::optional<net::route> route,
                           net::http_response response) {
  env_.metrics().count_http_request(route ? net::pattern(*route) : "other", response.status);
  ex->respond(std::move(response));
}

void request_desk::respond_error(const net::exchange_ptr& ex, std::optional<net::route> route,
                                 const error& e) {
  respond(ex, route, net::error_response(e));
}

// -- requests -----------------------------------------------------------------------------

void request_desk::on_request(net::exchange_ptr ex) {
  try {
    serve(ex);
  } catch (const std::exception& e) {
    log::error("gateway cannot serve {}: {}", ex->request().path(), e.what());
    open_.erase(ex->id());
    respond_error(ex, {}, {error_code::internal, "the request could not be handled", {}});
  }
}

void request_desk::serve(const net::exchange_ptr& ex) {
  const auto& request = ex->request();
  auto match = net::match_route(request.method, request.path());
  bool is_public = match.found && net::is_public(*match.found);
  if (!is_public && !config_->keys.accepts(request.header("authorization")))
    return respond_error(ex, match.found,
                         {error_code::unauthorized,
                          "a valid API key is needed: send it as 'Authorization: Bearer KEY'",
                          {}});
  if (!match.found || !match.method_allowed)
    return respond(ex, match.found, net::refuse_route(match, request));
  switch (*match.found) {
  case net::route::chat_completions:
  case net::route::completions:
  case net::route::tokenize:
  case net::route::detokenize: return start(ex, *match.found);
  default: return serve_fixed(ex, *match.found, match.model_id);
  }
}

void request_desk::serve_fixed(const net::exchange_ptr& ex, net::route route,
                               const std::string& model_id) {
  auto model_of = [this](const std::string& name) {
    auto length = status_.parts ? status_.parts->executor.context_length : 0;
    return net::served_model{name, config_->model_path, config_->started_s, length};
  };
  switch (route) {
  case net::route::health_live:
    return respond(ex, route, net::health_response(net::health_state::ok));
  case net::route::health:
  case net::route::health_ready:
    return respond(ex, route, net::health_response(health_of(status_.phase)));
  case net::route::version: return respond(ex, route, net::version_response(config_->version));
  case net::route::metrics: {
    env_.publish_mailbox_depths();
    net::http_response response;
    response.content_type = net::metrics::content_type();
    response.body = env_.metrics().text();
    return respond(ex, route, std::move(response));
  }
  case net::route::models: {
    std::vector<net::served_model> models;
    for (const auto& name : config_->served_names)
      models.push_back(model_of(name));
    return respond(ex, route, net::models_response(models));
  }
  default: {
    const auto& names = config_->served_names;
    if (std::find(names.begin(), names.end(), model_id) == names.end())
      return respond_error(ex, route,
                           {error_code::model_not_found,
                            fmt::format("the model '{}' is not served here", model_id), "model"});
    return respond(ex, route, net::model_response(model_of(model_id)));
  }
  }
}

result<void> request_desk::check_name(const std::string& model) const {
  const auto& names = config_->served_names;
  if (config_->allow_any_model_name || model.empty() || model == "default" ||
      std::find(names.begin(), names.end(), model) != names.end())
    return {};
  return fail(error_code::model_not_found,
              fmt::format("the model '{}' is not served here; '{}' is", model, names.front()),
              "model");
}

/// Why the service cannot take a request now.
std::optional<error> request_desk::refusal() const {
  if (!links_)
    return error{error_code::model_failed, "the gateway died and is being started again", {}};
  switch (status_.phase) {
  case service_phase::starting:
    return error{error_code::starting, "the model is still loading", {}};
  case service_phase::draining: return error{error_code::draining, "the server is going down", {}};
  case service_phase::rebuilding:
    return error{error_code::model_failed, "the model failed and is being started again", {}};
  case service_phase::ready: break;
  }
  if (open_.size() >= config_->streams_max)
    return error{error_code::queue_full,
                 fmt::format("{} requests are open and that is the limit", open_.size()),
                 {}};
  return {};
}

void request_desk::start(const net::exchange_ptr& ex, net::route route) {
  if (auto taken = net::check_media_type(ex->request()); !taken)
    return respond_error(ex, route, taken.error());
  const auto& body = ex->request().body;
  auto with = [&](auto decoded, auto then) {
    if (!decoded)
      respond_error(ex, route, decoded.error());
    else
      then(std::move(*decoded));
  };
  switch (route) {
  case net::route::chat_completions:
    return with(net::decode_chat_request(body),
                [&](auto r) { start_generation(ex, route, std::move(r)); });
  case net::route::completions:
    return with(net::decode_completion_request(body),
                [&](auto r) { start_generation(ex, route, std::move(r)); });
  case net::route::tokenize:
    return with(net::decode_tokenize_request(body), [&](auto r) {
      auto model = r.model;
      start_text(ex, route, std::move(r), model);
    });
  default:
    return with(net::decode_detokenize_request(body), [&](auto r) {
      auto model = r.model;
      start_text(ex, route, std::move(r), model);
    });
  }
}

template <class Request>
void request_desk::start_generation(const net::exchange_ptr& ex, net::route route,
                                    Request request) {
  const auto& fields = generation_of(request);
  if (auto named = check_name(fields.model); !named)
    return respond_error(ex, route, named.error());
  if (auto refused = refusal())
    return respond_error(ex, route, *refused);
  auto form = form_of(request);
  form.stream = fields.stream;
  form.include_usage = fields.include_usage || (form.stream && config_->include_usage_by_default);
  form.continuous_usage_stats = fields.continuous_usage_stats;
  form.choices_per_prompt = static_cast<std::uint32_t>(fields.n);
  form.identity.id = net::answer_id(form.chat ? "chatcmpl-" : "cmpl-",
                                    {env_.next_random(), env_.next_random(), env_.next_random()});
  form.identity.created = static_cast<std::int64_t>(std::time(nullptr));
  form.identity.model = fields.model.empty() ? config_->served_names.front() : fields.model;
  form.options.tokens_as_ids = fields.return_tokens_as_token_ids;
  form.options.return_token_ids = fields.return_token_ids || !status_.parts->facts.has_tokenizer;
  form.options.include_usage = form.include_usage;
  open_request open;
  open.ex = ex;
  open.route = route;
  open.answer.emplace(std::move(form));
  open.unread.resize(open.answer->form().choices());
  begin_session(std::move(open), std::move(request));
}

void request_desk::start_text(const net::exchange_ptr& ex, net::route route, request_body body,
                              const std::string& model) {
  if (auto named = check_name(model); !named)
    return respond_error(ex, route, named.error());
  if (auto refused = refusal())
    return respond_error(ex, route, *refused);
  open_request open;
  open.ex = ex;
  open.route = route;
  begin_session(std::move(open), std::move(body));
}

void request_desk::begin_session(open_request request, request_body body) {
  auto id = request.ex->id();
  request.arrived = clock::now();
  auto start = std::make_shared<session_start>();
  start->exchange = id;
  start->request = env_.next_request();
  start->body = std::move(body);
  start->parts = status_.parts;
  start->allow_auto_truncate = config_->allow_auto_truncate;
  auto& open = open_.emplace(id, std::move(request)).first->second;
  open.session = links_->start_session(std::move(start));
}

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

/// Credit goes back in halves, once what was written has left the process.
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
  for (const auto& prompt : m.prompts)
    env_.metrics().add_prompt_tokens(prompt.prompt_tokens);
  i->second.headers = m.headers;
  i->second.answer->prepare(m.prompts);
}

void request_desk::on(const step_deltas& m) {
  return_credit credit;
  std::vector<net::exchange_id> touched;
  for (const auto& delta : *m.deltas) {
    auto i = open_.find(delta.exchange);
    if (i == open_.end())
      continue; // the client is gone; its cancel is on the way
    if (delta.finish && delta.finish->kind == finish_kind::failed) {
      fail_open(delta.exchange, delta.finish->failure);
      continue;
    }
    add(i->second, delta);
    if (touched.empty() || touched.back() != delta.exchange)
      touched.push_back(delta.exchange);
  }
  for (auto id : touched)
    if (auto i = open_.find(id); i != open_.end()) {
      if (i->second.answer->complete()) {
        finish(id, i->second);
        continue;
      }
      flush(i->second);
      if (i = open_.find(id); i != open_.end()) // a slow reader may have been cut off
        collect_credit(i->second, credit);
    }
  if (!credit.credits.empty())
    links_->tell_scheduler(std::move(credit));
}

void request_desk::add(open_request& request, const sequence_delta& delta) {
  note_tokens(request, delta);
  request.answer->add(delta, request.out);
  if (delta.finish)
    env_.metrics().count_request(delta.finish->kind == finish_kind::length ? "length" : "stop");
}

void request_desk::note_tokens(open_request& request, const sequence_delta& delta) {
  auto& choice = request.unread[delta.choice];
  auto& metrics = env_.metrics();
  auto count = delta.completion_tokens - choice.completed;
  if (count == 0)
    return;
  auto now = clock::now();
  if (choice.completed == 0)
    metrics.observe_time_to_first_token(seconds_since(request.arrived));
  else
    metrics.observe_inter_token_latency(std::chrono::duration<double>(now - choice.last).count() /
                                        count);
  metrics.add_generation_tokens(count);
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
    headers.push_back({"Cache-Control", "no-cache"});
    headers.push_back({"X-Accel-Buffering", "no"});
    request.ex->start_stream(std::move(headers));
    env_.metrics().count_http_request(net::pattern(request.route), 200);
  }
  auto out = std::move(request.out);
  request.out.clear();
  auto ex = request.ex; // writing may end the exchange, and the request with it
  ex->write(out);
}

void request_desk::finish(net::exchange_id id, open_request& request) {
  auto ex = request.ex;
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
    respond(ex, request.route, std::move(response));
  }
  if (auto i = open_.find(id); i != open_.end()) {
    env_.metrics().observe_request(seconds_since(i->second.arrived));
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

/// Before the first token a failure has its own status; after it the stream ends with an error
/// event.
void request_desk::fail_open(net::exchange_id id, const error& failure) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  auto request = std::move(i->second);
  open_.erase(i);
  if (failure.code != error_code::invalid_request &&
      failure.code != error_code::context_length_exceeded && failure.code != error_code::queue_full)
    env_.metrics().count_request("error");
  links_->tell_session(request.session, client_gone{});
  if (!request.stream_started)
    return respond_error(request.ex, request.route, failure);
  net::append_error_event(request.out, failure);
  auto ex = request.ex;
  ex->write(request.out);
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
  for (auto& [id, request] : open) {
    links_->tell_session(request.session, client_gone{});
    request.ex->abort();
  }
}

void request_desk::on(const service_status& m) {
  status_ = m;
}

} // namespace hadal::actors
