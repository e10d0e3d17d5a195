#include "model/grammar/regex_pattern.hpp"
#include "tests/support/byte_tokenizer.hpp"
#include "tests/support/simulated_service.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace hadal;
using namespace hadal::tests;
using json = nlohmann::json;

namespace {

json completion(const std::string& prompt, int max_tokens) {
  return {{"prompt", prompt}, {"max_tokens", max_tokens}};
}

json held_to(json body, const char* field, json value) {
  body[field] = std::move(value);
  return body;
}

std::string text_of(const std::shared_ptr<fake_exchange>& ex) {
  REQUIRE(ex->response);
  INFO(ex->response->body);
  REQUIRE(ex->response->status == 200);
  return json::parse(ex->response->body)["choices"][0]["text"];
}

bool fits(const std::string& pattern, const std::string& text) {
  model::compile_budget budget;
  const auto machine = model::compile_regex(pattern, model::regex_extent::whole, budget);
  return machine && machine->matches(text);
}

} // namespace

TEST_CASE("answers under grammars fit them, and change nothing for those beside them") {
  std::string free_alone;
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    simulated_service service(seed);
    service.start();
    auto free = service.send("/v1/completions", completion("free", 40).dump());
    std::vector<std::shared_ptr<fake_exchange>> held;
    const std::string pattern = "([A-Z]{2,4} )+[0-9]{3}!";
    for (int i = 0; seed > 1 && i < 4; ++i)
      held.push_back(
          service.send("/v1/completions", held_to(completion("held " + std::to_string(i), 300),
                                                  "regex", "([A-Z]{2,4} ){1,9}[0-9]{3}!")
                                              .dump()));
    service.sim.settle();
    if (seed == 1)
      free_alone = text_of(free);
    CHECK(text_of(free) == free_alone);
    for (const auto& ex : held) {
      INFO(text_of(ex));
      CHECK(fits(pattern, text_of(ex)));
      CHECK(json::parse(ex->response->body)["choices"][0]["finish_reason"] == "stop");
    }
  }
}

TEST_CASE("a grammar's answer is the same after preemptions") {
  auto run = [](std::int32_t pages) {
    simulated_service service(3);
    service.executor.page_count = pages;
    service.start();
    std::vector<std::shared_ptr<fake_exchange>> all;
    for (int i = 0; i < 6; ++i)
      all.push_back(
          service.send("/v1/completions", held_to(completion("p" + std::to_string(i), 200), "ebnf",
                                                  "root ::= ([a-z]+ \" \"){60,80} \".\"")
                                              .dump()));
    service.sim.settle();
    std::vector<std::string> texts;
    for (const auto& ex : all)
      texts.push_back(text_of(ex));
    return texts;
  };
  CHECK(run(64) == run(8));
}

TEST_CASE("a schema that cannot be honoured is refused with its field before anything runs") {
  simulated_service service(4);
  service.start();
  auto body = completion("x", 10);
  body["response_format"] = {
      {"type", "json_schema"},
      {"json_schema", {{"name", "n"}, {"schema", {{"not", {{"type", "null"}}}}}}}};
  auto ex = service.send("/v1/completions", body.dump());
  service.sim.settle();
  REQUIRE(ex->response);
  CHECK(ex->response->status == 400);
  const auto answer = json::parse(ex->response->body)["error"];
  CHECK(answer["param"] == "response_format.json_schema.schema");
  CHECK(answer["message"].get<std::string>().find("`not` at #") != std::string::npos);
}

TEST_CASE("a grammar that becomes too ambiguous ends its own request alone") {
  simulated_service service(5);
  service.start();
  // Two rules match the same text, so every letter doubles the number of stacks, and few tokens end
  // the doubling.
  const char* rules = "root ::= f | g\nf ::= [!-Y] f \"b\" | [!-Y] g \"c\" | \"Z\"\n"
                      "g ::= [!-Y] f \"d\" | [!-Y] g \"e\" | \"Z\"";
  auto hostile =
      service.send("/v1/completions", held_to(completion("h", 300), "ebnf", rules).dump());
  auto good =
      service.send("/v1/completions", held_to(completion("g", 300), "regex", "[a-z]{200}").dump());
  service.sim.settle();
  REQUIRE(hostile->response);
  CHECK(hostile->response->status == 400);
  CHECK(text_of(good).size() == 200);
}

TEST_CASE(
    "when the actor that fills masks dies, what it was asked fails and the next request works") {
  for (std::size_t moment = 0; moment < 80; ++moment) {
    simulated_service service(moment);
    service.start();
    auto first =
        service.send("/v1/completions", held_to(completion("a", 60), "regex", "[a-z]{50}").dump());
    auto free = service.send("/v1/completions", completion("free", 30).dump());
    for (std::size_t i = 0; i < 3 * moment; ++i)
      service.sim.step();
    service.poison(service.masks);
    service.sim.settle();
    auto second =
        service.send("/v1/completions", held_to(completion("b", 60), "regex", "[a-z]{50}").dump());
    service.sim.settle();
    REQUIRE(first->response);
    CHECK((first->response->status == 200 || first->response->status == 503));
    CHECK(text_of(free).size() == 30);
    CHECK(text_of(second).size() == 50);
  }
}

TEST_CASE("clients of grammars that hang up leave nothing running") {
  for (std::size_t moment = 0; moment < 80; ++moment) {
    simulated_service service(moment);
    service.start();
    auto gone =
        service.send("/v1/completions", held_to(completion("a", 60), "regex", "[a-z]{50}").dump());
    for (std::size_t i = 0; i < 2 * moment; ++i)
      service.sim.step();
    service.hang_up(gone);
    service.sim.settle();
    CHECK(service.sim.metrics().text().find("hadal_kv_pages_used 0") != std::string::npos);
    auto next =
        service.send("/v1/completions", held_to(completion("b", 60), "regex", "[a-z]{50}").dump());
    service.sim.settle();
    CHECK(text_of(next).size() == 50);
  }
}
