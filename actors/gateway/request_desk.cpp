#include "actors/gateway/request_desk.hpp"

#include "actors/gateway/parsed_texts.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/random_id.hpp"
#include "net/admin/health.hpp"
#include "net/native/model_info.hpp"
#include "net/openai/decode.hpp"
#include "net/openai/error_response.hpp"
#include "net/openai/media_type.hpp"
#include "net/openai/request_id.hpp"
#include "net/openai/small_answers.hpp"
#include "net/openapi/document.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/core.h>

namespace hadal::actors {

using namespace protocol;
using clock = std::chrono::steady_clock;

namespace {

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

answer_form form_of(const net::chat_request& r, const model_facts& facts) {
  answer_form form;
  form.options.logprobs = r.logprobs;
  form.counts_reasoning = facts.reasoning_parser != model::reasoning_parser::none;
  form.options.reasoning_active = form.counts_reasoning;
  return form;
}

answer_form form_of(const net::completion_request& r, const model_facts&) {
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
                           net::http_response response, std::string_view id) {
  net::add_request_id(response.headers, ex->request(), id);
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
  if (request.method == "OPTIONS" && config_->cors.enabled())
    return respond(ex, match.found, config_->cors.preflight(request, match.allow));
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
  case net::route::generate:
  case net::route::separate_reasoning:
  case net::route::parse_function_call:
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
  case net::route::model_info:
    return respond(ex, route,
                   net::model_info_response({config_->model_path, config_->tokenizer_path}));
  case net::route::server_info: return respond(ex, route, server_info());
  case net::route::openapi: {
    net::http_response response;
    response.body = net::openapi_document({config_->version, !config_->keys.empty()});
    return respond(ex, route, std::move(response));
  }
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

net::http_response request_desk::server_info() const {
  net::server_size size;
  if (status_.parts) {
    const auto& executor = status_.parts->executor;
    size.context_length = executor.context_length;
    size.max_total_tokens = std::int64_t{executor.page_count} * limits::page_size_tokens;
    size.max_running_requests = executor.slot_count;
    size.max_step_tokens = executor.max_step_tokens;
  }
  return net::server_info_response(config_->settings_json, size,
                                   net::to_string(health_of(status_.phase)), config_->version);
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

result<void> request_desk::check_processor(const net::generation_fields& fields) const {
  if (!fields.processor)
    return {};
  if (!config_->enable_custom_logit_processor)
    return fail(error_code::invalid_request,
                "the server takes no `custom_logit_processor`: it runs without "
                "--enable-custom-logit-processor",
                "custom_logit_processor");
  if (*fields.processor == net::logit_processor::unknown)
    return fail(error_code::invalid_request,
                "this `custom_logit_processor` is not supported: only the one that "
                "DeepSeekR1ThinkingBudgetLogitProcessor().to_str() gives is known, and code is "
                "never run",
                "custom_logit_processor");
  return {};
}

/// The reason why the service cannot take a request now.
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
  const std::string body = ex->take_body(); // freed once it is decoded
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
  case net::route::separate_reasoning:
  case net::route::parse_function_call: return parse_text(ex, route, body);
  case net::route::generate:
    return with(net::decode_generate_request(body),
                [&](auto r) { start_generate(ex, std::move(r)); });
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
  if (auto known = check_processor(fields); !known)
    return respond_error(ex, route, known.error());
  if (auto refused = refusal())
    return respond_error(ex, route, *refused);
  auto form = form_of(request, status_.parts->facts);
  form.stream = fields.stream;
  form.include_usage = fields.include_usage || (form.stream && config_->include_usage_by_default);
  form.continuous_usage_stats = form.include_usage && fields.continuous_usage_stats;
  form.choices_per_prompt = static_cast<std::uint32_t>(fields.n);
  form.identity.id = random_id(form.chat ? "chatcmpl-" : "cmpl-",
                               {env_.next_random(), env_.next_random(), env_.next_random()});
  form.identity.created = static_cast<std::int64_t>(std::time(nullptr));
  form.identity.model = fields.model.empty() ? config_->served_names.front() : fields.model;
  form.options.tokens_as_ids = fields.return_tokens_as_token_ids;
  form.options.return_token_ids = fields.return_token_ids || !status_.parts->facts.has_tokenizer;
  form.options.include_usage = form.include_usage;
  form.vocabulary = status_.parts->vocabulary;
  open_request open;
  open.ex = ex;
  open.route = route;
  open.answer.emplace(std::move(form));
  open.unread.resize(open.answer->form().choices());
  begin_session(std::move(open), std::move(request));
}

/// Answered at once in every state of the service.
void request_desk::parse_text(const net::exchange_ptr& ex, net::route route,
                              std::string_view body) {
  const auto facts = status_.parts ? status_.parts->facts : model_facts{};
  const auto parsed = [&]() -> result<net::http_response> {
    if (route == net::route::separate_reasoning) {
      HADAL_TRY_ASSIGN(request, net::decode_separate_reasoning(body));
      return separate_reasoning(request, facts.reasoning_parser);
    }
    HADAL_TRY_ASSIGN(request, net::decode_parse_function_call(body));
    return parse_function_call(request, facts.tool_call_parser);
  }();
  if (!parsed)
    return respond_error(ex, route, parsed.error());
  respond(ex, route, *parsed);
}

void request_desk::start_generate(const net::exchange_ptr& ex, net::generate_request request) {
  if (auto refused = refusal())
    return respond_error(ex, net::route::generate, *refused);
  for (const auto& prompt : request.prompts)
    if (auto known = check_processor(prompt.generation); !known)
      return respond_error(ex, net::route::generate, known.error());
  answer_form form;
  form.stream = request.stream;
  form.prompts = static_cast<std::uint32_t>(request.prompts.size());
  form.choices_per_prompt = static_cast<std::uint32_t>(request.n());
  form.vocabulary = status_.parts->vocabulary;
  auto& native = form.native.emplace();
  native.is_list = request.is_batch || request.n() > 1;
  native.text_in_logprobs = request.return_text_in_logprobs;
  for (const auto& prompt : request.prompts)
    for (std::int32_t i = 0; i < request.n(); ++i)
      native.choices.push_back(
          {prompt.rid.empty()
               ? fmt::format("{:016x}{:016x}", env_.next_random(), env_.next_random())
               : prompt.rid,
           prompt.return_logprob, prompt.top_logprobs_num > 0});
  open_request open;
  open.ex = ex;
  open.route = net::route::generate;
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

std::optional<key_refusal> request_desk::take_place(open_request& request) const {
  if (!config_->ledger)
    return std::nullopt;
  auto key = config_->keys.match(request.ex->request().header("authorization"));
  if (!key)
    return std::nullopt;
  auto admitted = config_->ledger->admit(*key, request.arrived);
  if (auto* refused = std::get_if<key_refusal>(&admitted))
    return *refused;
  request.place = std::get<key_place>(std::move(admitted));
  return std::nullopt;
}

void request_desk::begin_session(open_request request, request_body body) {
  auto id = request.ex->id();
  request.arrived = clock::now();
  if (auto refused = take_place(request))
    return respond(request.ex, request.route,
                   net::error_response(refused->why, refused->retry_after_s));
  auto start = std::make_shared<session_start>();
  start->exchange = id;
  start->request = env_.next_request();
  start->body = std::move(body);
  start->parts = status_.parts;
  start->allow_auto_truncate = config_->allow_auto_truncate;
  auto& open = open_.emplace(id, std::move(request)).first->second;
  open.session = links_->start_session(std::move(start));
}

void request_desk::on(const service_status& m) {
  status_ = m;
}

} // namespace hadal::actors
