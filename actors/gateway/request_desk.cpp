#include "actors/gateway/request_desk.hpp"

#include "actors/gateway/answer_layout.hpp"
#include "actors/gateway/request_checks.hpp"
#include "actors/gateway/responses.hpp"
#include "actors/gateway/service_pages.hpp"
#include "base/log.hpp"
#include "net/openai/decode.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/media_type.hpp"

#include <ctime>
#include <utility>

namespace hadal::actors {

using namespace protocol;
using clock = std::chrono::steady_clock;

request_desk::request_desk(std::shared_ptr<const server_config> config, runtime::environment& env)
  : config_(std::move(config)), env_(env), streams_(env.metrics()) {}

request_desk::~request_desk() = default;

void request_desk::attach(desk_links* links) noexcept {
  links_ = links;
  streams_.attach(links);
}

// -- requests -----------------------------------------------------------------------------

net::http_response request_desk::error_answer(const error& e) const {
  return net::error_response(e);
}

void request_desk::on_request(net::exchange_ptr ex) {
  try {
    serve(ex);
  } catch (const std::exception& e) {
    log::error("gateway cannot serve {}: {}", ex->request().path(), e.what());
    respond_error(env_.metrics(), ex, {},
                  {error_code::internal, "the request could not be handled", {}});
  }
}

void request_desk::serve(const net::exchange_ptr& ex) {
  const auto& request = ex->request();
  auto& metrics = env_.metrics();
  auto match = net::match_route(request.method, request.path());
  if (request.method == "OPTIONS" && config_->cors.enabled())
    return respond(metrics, ex, match.found, config_->cors.preflight(request, match.allow));
  bool is_public = match.found && net::is_public(*match.found);
  if (!is_public && !config_->keys.accepts(request.header("authorization")))
    return respond_error(metrics, ex, match.found,
                         {error_code::unauthorized,
                          "a valid API key is needed: send it as 'Authorization: Bearer KEY'",
                          {}});
  if (!match.found || !match.method_allowed)
    return respond(metrics, ex, match.found, net::refuse_route(match, request));
  switch (*match.found) {
  case net::route::chat_completions:
  case net::route::completions:
  case net::route::generate:
  case net::route::separate_reasoning:
  case net::route::parse_function_call:
  case net::route::tokenize:
  case net::route::detokenize: return start(ex, *match.found);
  default:
    return respond(metrics, ex, match.found,
                   page_of(*match.found, match.model_id, *config_, status_, env_));
  }
}

/// The routes with a body.
void request_desk::start(const net::exchange_ptr& ex, net::route route) {
  if (auto taken = net::check_media_type(ex->request()); !taken)
    return refuse(ex, route, taken.error());
  const std::string body = ex->take_body(); // freed once it is decoded
  auto with = [&](auto decoded, auto then) {
    if (!decoded)
      refuse(ex, route, decoded.error());
    else
      then(std::move(*decoded));
  };
  switch (route) {
  case net::route::chat_completions:
    return with(net::decode_chat_request(body),
                [&](auto r) { start_completion(ex, route, std::move(r)); });
  case net::route::completions:
    return with(net::decode_completion_request(body),
                [&](auto r) { start_completion(ex, route, std::move(r)); });
  case net::route::separate_reasoning:
  case net::route::parse_function_call:
    return respond(env_.metrics(), ex, route, parsed_text_of(route, body, status_));
  case net::route::generate:
    return with(net::decode_generate_request(body),
                [&](auto r) { start_generate(ex, std::move(r)); });
  case net::route::tokenize:
    return with(net::decode_tokenize_request(body),
                [&](auto r) { start_text(ex, route, std::move(r)); });
  default:
    return with(net::decode_detokenize_request(body),
                [&](auto r) { start_text(ex, route, std::move(r)); });
  }
}

/// Of a chat or a completion.
template <class Request>
void request_desk::start_completion(const net::exchange_ptr& ex, net::route route,
                                    Request request) {
  const auto& fields = request.generation;
  if (auto named = check_model_name(*config_, fields.model); !named)
    return refuse(ex, route, named.error());
  if (auto known = check_processor(*config_, fields); !known)
    return refuse(ex, route, known.error());
  if (auto refused = refusal())
    return refuse(ex, route, *refused);
  begin_generation(ex, route, std::move(request));
}

void request_desk::start_generate(const net::exchange_ptr& ex, net::generate_request request) {
  if (auto refused = refusal())
    return refuse(ex, net::route::generate, *refused);
  for (const auto& prompt : request.prompts)
    if (auto known = check_processor(*config_, prompt.generation); !known)
      return refuse(ex, net::route::generate, known.error());
  begin_generation(ex, net::route::generate, std::move(request));
}

template <class Request>
void request_desk::start_text(const net::exchange_ptr& ex, net::route route, Request request) {
  if (auto named = check_model_name(*config_, request.model); !named)
    return refuse(ex, route, named.error());
  if (auto refused = refusal())
    return refuse(ex, route, *refused);
  admitted_request admitted{ex, route, {}, clock::now(), {}};
  if (!take_place(admitted))
    return;
  auto start = std::make_shared<text_session_start>();
  start->links = links_of(admitted);
  start->body = std::move(request);
  begin_session(std::move(admitted), std::move(start));
}

template <class Request>
void request_desk::begin_generation(const net::exchange_ptr& ex, net::route route,
                                    Request request) {
  auto layout = layout_of(
      request, {*config_, *status_.parts, static_cast<std::int64_t>(std::time(nullptr)), env_});
  admitted_request admitted{ex, route, answer(std::move(layout)), clock::now(), {}};
  if (!take_place(admitted))
    return;
  auto start = std::make_shared<session_start>();
  start->links = links_of(admitted);
  auto generation = generation_request_of(std::move(request), status_.parts->facts);
  if (!generation) {
    admitted.place = {}; // a client with its answer may send the next request
    return refuse(ex, route, generation.error());
  }
  start->generation = std::move(*generation);
  start->allow_auto_truncate = config_->allow_auto_truncate;
  begin_session(std::move(admitted), std::move(start));
}

template <class Start>
void request_desk::begin_session(admitted_request request, std::shared_ptr<Start> start) {
  auto session = links_->start_session(std::move(start));
  streams_.open(std::move(request), std::move(session));
}

// -- refusals --------------------------------------------------------------------------

std::optional<error> request_desk::refusal() const {
  if (!links_)
    return error{error_code::model_failed, "the gateway died and is being started again", {}};
  return refusal_of(*config_, status_.phase, streams_.size());
}

/// False: the limits of its key refuse the request, which is answered.
bool request_desk::take_place(admitted_request& request) {
  if (!config_->ledger)
    return true;
  auto key = config_->keys.match(request.ex->request().header("authorization"));
  if (!key)
    return true;
  auto admitted = config_->ledger->admit(*key, request.arrived);
  if (auto* refused = std::get_if<key_refusal>(&admitted)) {
    respond(env_.metrics(), request.ex, request.route,
            net::error_response(refused->why, refused->retry_after_s));
    return false;
  }
  request.place = std::get<key_place>(std::move(admitted));
  return true;
}

session_links request_desk::links_of(const admitted_request& request) {
  session_links links;
  links.exchange = request.ex->id();
  links.request = env_.next_request();
  links.parts = status_.parts;
  return links;
}

void request_desk::refuse(const net::exchange_ptr& ex, net::route route, const error& why) {
  respond_error(env_.metrics(), ex, route, why);
}

// -- connections -----------------------------------------------------------------------

void request_desk::on_closed(net::exchange_id id) {
  streams_.on_closed(id);
}

void request_desk::on_drained(net::exchange_id id, std::size_t) {
  streams_.on_drained(id);
}

void request_desk::on_refused(unsigned status) {
  env_.metrics().count_http_request("other", status);
}

// -- messages --------------------------------------------------------------------------

void request_desk::on(const step_deltas& m) {
  streams_.on(m, clock::now());
}

void request_desk::write_streams() {
  streams_.write();
}

void request_desk::on(const request_prepared& m) {
  streams_.on(m, clock::now());
}

void request_desk::on(const request_failed& m) {
  streams_.fail(m.exchange, m.failure);
}

void request_desk::on(const whole_answer& m) {
  streams_.on(m);
}

void request_desk::on(const service_status& m) {
  status_ = m;
}

void request_desk::on(const fail_open_requests& m) {
  streams_.fail_all(m.failure);
}

void request_desk::session_died(net::exchange_id id) {
  streams_.fail(id, {error_code::internal, "the request's session died", {}});
}

void request_desk::close_all() {
  streams_.abort_all();
}

} // namespace hadal::actors
