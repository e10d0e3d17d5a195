#include "actors/runtime/spawn.hpp"
#include "base/limits.hpp"
#include "tests/support/byte_tokenizer.hpp"
#include "tests/support/simulated_service.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>

using namespace hadal;
using namespace hadal::tests;
using json = nlohmann::json;

namespace {

/// The text that the fake model gives to a raw prompt.
std::string expected_text(const std::string& prompt, std::size_t count) {
  std::vector<token_id> tokens{bos_id};
  for (auto id : bytes_of(prompt))
    tokens.push_back(id);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    tokens.push_back(fake_executor::next(tokens, 32, 64));
    text += static_cast<char>(tokens.back());
  }
  return text;
}

json completion(const std::string& prompt, int max_tokens, bool stream) {
  return {{"prompt", prompt}, {"max_tokens", max_tokens}, {"stream", stream}};
}

} // namespace

TEST_CASE("a request goes through the whole graph, whole and streamed alike") {
  simulated_service service(1);
  service.start();
  REQUIRE(service.ready);
  auto whole = service.send("/v1/completions", completion("hello", 20, false).dump());
  auto stream = service.send("/v1/completions", completion("hello", 20, true).dump());
  service.sim.settle();
  REQUIRE(whole->response);
  CHECK(whole->response->status == 200);
  auto body = json::parse(whole->response->body);
  CHECK(body["choices"][0]["text"] == expected_text("hello", 20));
  CHECK(body["choices"][0]["finish_reason"] == "length");
  CHECK(body["usage"]["prompt_tokens"] == 6);
  CHECK(body["usage"]["completion_tokens"] == 20);
  REQUIRE(stream->finished);
  CHECK(streamed_text(stream->written) == expected_text("hello", 20));
  CHECK(stream->written.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("an echoed prompt comes with its log probabilities, whole and streamed alike") {
  simulated_service service(3);
  service.start();
  for (int max_tokens : {3, 0}) {
    auto body = completion("hey", max_tokens, false);
    body["echo"] = true;
    body["logprobs"] = 2;
    auto whole = service.send("/v1/completions", body.dump());
    body["stream"] = true;
    auto stream = service.send("/v1/completions", body.dump());
    service.sim.settle();
    REQUIRE(whole->response);
    auto answer = json::parse(whole->response->body);
    INFO(answer.dump());
    CHECK(answer["usage"]["prompt_tokens"] == 4);
    CHECK(answer["usage"]["completion_tokens"] == max_tokens);
    const auto& choice = answer["choices"][0];
    auto text = "hey" + expected_text("hey", static_cast<std::size_t>(max_tokens));
    CHECK(choice["text"] == text);
    const auto& lists = choice["logprobs"];
    REQUIRE(lists["tokens"].size() == 4 + static_cast<std::size_t>(max_tokens));
    CHECK(lists["tokens"][0] == "<bos>");
    CHECK(lists["token_logprobs"][0].is_null());
    CHECK(lists["top_logprobs"][0].is_null());
    CHECK(lists["text_offset"][0] == 0);
    std::vector<token_id> before{bos_id};
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(lists["tokens"][i + 1] == text.substr(i, 1));
      CHECK(lists["text_offset"][i + 1] == i);
      CHECK(lists["token_logprobs"][i + 1] == fake_executor::logprob(before));
      CHECK(lists["top_logprobs"][i + 1].size() >= 2);
      before.push_back(text[i]);
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(max_tokens); ++i)
      CHECK(lists["text_offset"][i + 4] == i + 3);
    REQUIRE(stream->finished);
    CHECK(streamed_text(stream->written) == text);
    json streamed;
    for (std::size_t at = 0; (at = stream->written.find("data: {", at)) != std::string::npos;
         ++at) {
      auto event =
          json::parse(stream->written.substr(at + 6, stream->written.find('\n', at) - at - 6));
      if (event["choices"][0]["logprobs"].is_null())
        continue;
      for (const auto& [name, list] : event["choices"][0]["logprobs"].items())
        for (const auto& item : list)
          streamed[name].push_back(item);
    }
    CHECK(streamed == lists);
  }
}

TEST_CASE("the same seed gives the same trace, another seed another one, and all the same text") {
  auto run = [](std::uint64_t seed, std::string& text) {
    simulated_service service(seed);
    service.start();
    std::vector<std::shared_ptr<fake_exchange>> all;
    for (int i = 0; i < 5; ++i)
      all.push_back(service.send("/v1/completions",
                                 completion("prompt " + std::to_string(i), 30, true).dump()));
    service.sim.settle();
    for (const auto& ex : all) {
      REQUIRE(ex->finished);
      text += streamed_text(ex->written) + "\n";
    }
    return service.sim.trace();
  };
  std::string first;
  std::string second;
  std::string other;
  auto trace = run(7, first);
  CHECK(trace == run(7, second));
  CHECK(trace != run(8, other));
  CHECK(trace.size() > 200);
  CHECK(first == second);
  CHECK(first == other);
}

TEST_CASE("a client that hangs up leaves nothing running, whenever it does") {
  for (std::size_t moment = 0; moment < 120; ++moment) {
    simulated_service service(moment);
    service.start();
    auto gone = service.send("/v1/completions", completion("goodbye", 200, true).dump());
    auto stays = service.send("/v1/completions", completion("stay", 40, true).dump());
    for (std::size_t i = 0; i < moment; ++i)
      service.sim.step();
    service.hang_up(gone);
    service.sim.settle();
    REQUIRE(stays->finished);
    CHECK(streamed_text(stays->written) == expected_text("stay", 40));
    CHECK(service.desk.open_count() == 0);
    auto metrics = service.sim.metrics().text();
    CHECK(metrics.find("hadal_requests_running 0") != std::string::npos);
    CHECK(metrics.find("hadal_kv_pages_used 0") != std::string::npos);
  }
}

TEST_CASE("a client that does not read stops its own stream and nothing else") {
  simulated_service service(3);
  service.start();
  auto slow = service.send("/v1/completions", completion("slow", 450, true).dump());
  slow->backlog = 1;
  auto quick = service.send("/v1/completions", completion("quick", 450, true).dump());
  service.sim.settle();
  CHECK(quick->finished);
  CHECK_FALSE(slow->finished);
  CHECK(streamed_text(slow->written) == expected_text("slow", limits::stream_credit_tokens));
  slow->backlog = 0;
  service.desk.on_drained(slow->id(), 0);
  service.sim.settle();
  CHECK(slow->finished);
  CHECK(streamed_text(slow->written) == expected_text("slow", 450));
}

TEST_CASE("a stop string ends the sequence at the scheduler too") {
  simulated_service service(4);
  service.start();
  auto text = expected_text("stop me", 100);
  auto stop = text.substr(40, 3);
  auto request = completion("stop me", 450, false);
  request["stop"] = stop;
  auto ex = service.send("/v1/completions", request.dump());
  service.sim.settle();
  REQUIRE(ex->response);
  auto body = json::parse(ex->response->body);
  CHECK(body["choices"][0]["text"] == text.substr(0, text.find(stop)));
  CHECK(body["choices"][0]["finish_reason"] == "stop");
  CHECK(body["usage"]["completion_tokens"] == text.find(stop) + 3);
  CHECK(service.sim.metrics().text().find("hadal_kv_pages_used 0") != std::string::npos);
}

TEST_CASE("n choices come back in order and are counted once for the prompt") {
  simulated_service service(5);
  service.start();
  auto request = completion("many", 10, false);
  request["n"] = 3;
  request["prompt"] = {"many", "more"};
  auto ex = service.send("/v1/completions", request.dump());
  service.sim.settle();
  REQUIRE(ex->response);
  auto body = json::parse(ex->response->body);
  REQUIRE(body["choices"].size() == 6);
  for (int i = 0; i < 6; ++i) {
    CHECK(body["choices"][i]["index"] == i);
    CHECK(body["choices"][i]["text"] == expected_text(i < 3 ? "many" : "more", 10));
  }
  CHECK(body["usage"]["prompt_tokens"] == 10);
  CHECK(body["usage"]["completion_tokens"] == 60);
}

TEST_CASE("echo with no completion gives the prompt back") {
  simulated_service service(6);
  service.start();
  auto request = completion("only this", 0, false);
  request["echo"] = true;
  auto ex = service.send("/v1/completions", request.dump());
  service.sim.settle();
  REQUIRE(ex->response);
  auto body = json::parse(ex->response->body);
  CHECK(body["choices"][0]["text"] == "only this");
  CHECK(body["usage"]["completion_tokens"] == 0);
}

TEST_CASE("tokenize and detokenize answer without the scheduler") {
  simulated_service service(9);
  service.start();
  auto ids = service.send("/tokenize", R"({"prompt":"ab"})");
  auto text = service.send("/detokenize", R"({"tokens":[256,97,98]})");
  auto bad = service.send("/detokenize", R"({"tokens":[400]})");
  service.sim.settle();
  CHECK(json::parse(ids->response->body)["tokens"] == json({256, 97, 98}));
  CHECK(json::parse(text->response->body)["text"] == "ab");
  CHECK(bad->response->status == 400);
}

TEST_CASE("every message of every actor's protocol is understood") {
  simulated_service service(10);
  service.start(); // sends what the loader and a shard that loads understand
  auto ex = service.send("/v1/completions", completion("all", 30, true).dump());
  for (int i = 0; i < 40; ++i)
    service.sim.step();
  auto send = [](const auto& to, auto message) {
    caf::anon_send(caf::actor_cast<caf::actor>(to), std::move(message));
  };
  using namespace protocol;
  auto session = caf::actor_cast<caf::actor>(service.sim.named("session").front());
  send(service.tokenizer,
       encode_prompt{std::make_shared<const prompt_source>(raw_prompt{"x", true}), true});
  send(service.tokenizer, decode_tokens{std::make_shared<const std::vector<token_id>>(), true});
  send(service.parser, step_tokens{std::make_shared<const std::vector<sequence_tokens>>()});
  send(service.parser, forget_sequences{});
  send(service.scheduler,
       submit_sequences{request_id{99}, std::make_shared<const std::vector<sequence_spec>>()});
  send(service.scheduler, cancel_request{request_id{99}});
  send(service.scheduler, stop_sequence{sequence_id{99}});
  send(service.scheduler, return_credit{});
  send(service.gateway, step_deltas{std::make_shared<const std::vector<sequence_delta>>()});
  send(service.gateway, request_prepared{});
  send(service.gateway, request_failed{});
  send(service.gateway, whole_answer{});
  send(service.gateway, service.desk.status());
  send(service.gateway, count_open{});
  send(service.supervisor, replace_tokenizer{});
  send(service.shard, forward_step{std::make_shared<const model::forward_batch>()});
  send(service.shard, sample_step{std::make_shared<const model::sample_batch>(), {}});
  service.sim.settle();
  CHECK(ex->finished);
  send(session, begin_request{}); // the session has ended, so this must have no effect
  send(session, client_gone{});
  send(session, answer_complete{});
  send(service.scheduler, step_result{std::make_shared<const model::sample_result>()});
  send(service.gateway, fail_open_requests{});
  send(service.supervisor, drain_service{0});
  service.sim.settle();
  CHECK(service.sim.env().unlisted_messages == 0);
  CHECK_FALSE(service.failure);
  send(service.scheduler, protocol::count_open{});
  service.sim.settle();
  CHECK(service.sim.env().unlisted_messages == 1);
}

TEST_CASE("a body that says it is no JSON is refused by its type, whatever it holds") {
  simulated_service service(11);
  service.start();
  auto ex = std::make_shared<fake_exchange>(900, "POST", "/v1/completions",
                                            completion("typed", 3, false).dump());
  ex->set_header("Content-Type", "text/html");
  service.desk.on_request(ex);
  REQUIRE(ex->response);
  CHECK(ex->response->status == 415);
}

TEST_CASE("refusals of the connection layer are counted") {
  simulated_service service(12);
  service.start();
  service.desk.on_refused(431);
  CHECK(service.sim.metrics().text().find(
            "hadal_http_requests_total{path=\"other\",status=\"431\"} 1") != std::string::npos);
}

TEST_CASE("a request's body is nobody's once it is decoded, and its fields once sequences run") {
  simulated_service service(13);
  service.start();
  auto ex = service.send("/v1/completions", completion("hello", 200, true).dump());
  CHECK(ex->request().body.empty());

  auto field = std::make_shared<const net::constraint_field>();
  const std::weak_ptr<const net::constraint_field> fields = field;
  net::completion_request request;
  request.prompts.emplace_back(std::string("hello"));
  request.generation.max_tokens = 20;
  request.generation.constraint = std::move(field);
  const auto parts = service.desk.status().parts;
  auto generation = actors::generation_request_of(std::move(request), parts->facts);
  REQUIRE(generation);
  auto start = std::make_shared<actors::session_start>();
  start->links = {net::exchange_id{901}, // of no open request
                  service.sim.env().next_request(), parts, service.gateway, service.supervisor};
  start->generation = std::move(*generation);
  auto session =
      runtime::spawn<actors::session>(service.sim.system(), service.sim.env(), std::move(start));
  CHECK_FALSE(fields.expired());
  caf::anon_send(session, protocol::begin_request{});
  service.sim.settle();
  CHECK(fields.expired()); // while the session waits for the end of its answer
  caf::anon_send(session, protocol::client_gone{});
  service.sim.settle();
}

TEST_CASE("a stream's head says once that it is nobody's to keep") {
  simulated_service service(14);
  service.start();
  auto ex = service.send("/v1/completions", completion("hello", 3, true).dump());
  service.sim.settle();
  REQUIRE(ex->finished);
  std::map<std::string, int> names;
  for (const auto& field : ex->stream_headers)
    ++names[field.name];
  CHECK(names == std::map<std::string, int>{
                     {"Cache-Control", 1}, {"X-Accel-Buffering", 1}, {"X-Request-Id", 1}});
}
