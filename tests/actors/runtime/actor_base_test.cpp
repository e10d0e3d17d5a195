#include "actors/protocol/inspect.hpp"
#include "actors/runtime/actor_base.hpp"
#include "actors/runtime/promise.hpp"
#include "actors/runtime/spawn.hpp"
#include "tests/support/simulation.hpp"

#include "tests/support/catch.hpp"

#include <caf/exit_reason.hpp>

#include <functional>
#include <optional>
#include <vector>

using namespace hadal;
using namespace std::chrono_literals;

namespace hadal::tests {

struct question {
  int number = 0;
};
struct reply {
  int number = 0;
};
HADAL_INSPECT(question, x.number)
HADAL_INSPECT(reply, x.number)

using oracle_actor = caf::typed_actor<caf::replies_to<question>::with<reply>>;
using asker_actor = caf::typed_actor<caf::reacts_to<question>>;

/// What an oracle does with a question.
enum class manner { answers, keeps, drops, throws };

class oracle final : public runtime::actor_base<oracle_actor> {
public:
  oracle(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned, manner m)
    : actor_base(cfg, env, pinned), manner_(m) {}
  const char* name() const override { return "oracle"; }
  behavior_type make_behavior() override {
    return {[this](const question& q) { return answer(q); }};
  }
  void on_exit() override {
    kept_.reset(); // a promise holds its requester, which holds this actor
    actor_base::on_exit();
  }

private:
  caf::result<reply> answer(const question& q) {
    if (manner_ == manner::throws)
      throw std::runtime_error("a bug");
    if (manner_ == manner::answers)
      return reply{q.number + 1};
    auto inner = make_response_promise<reply>();
    runtime::promise<reply> promise(inner);
    if (manner_ == manner::keeps)
      kept_.emplace(std::move(promise));
    return inner;
  }

  manner manner_;
  std::optional<runtime::promise<reply>> kept_;
};

/// Passes every question on to the oracle and writes the outcome down.
struct journal {
  std::vector<std::string> lines;
};

class asker final : public runtime::actor_base<asker_actor> {
public:
  asker(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
        oracle_actor oracle, journal* notes)
    : actor_base(cfg, env, pinned), oracle_(std::move(oracle)), notes_(notes) {}
  const char* name() const override { return "asker"; }
  behavior_type make_behavior() override {
    watch(oracle_, [this](const caf::error& reason) {
      notes_->lines.push_back("down: " + caf::to_string(reason));
    });
    return {[this](const question& q) {
      ask<reply>(
          oracle_, q, 5000ms,
          [this](const reply& r) { notes_->lines.push_back("reply " + std::to_string(r.number)); },
          [this](const caf::error& e) { notes_->lines.push_back("error " + caf::to_string(e)); });
    }};
  }

private:
  oracle_actor oracle_;
  journal* notes_;
};

struct scene {
  explicit scene(manner m) : sim(1) {
    oracle = runtime::spawn<tests::oracle>(sim.system(), sim.env(), m);
    asker = runtime::spawn<tests::asker>(sim.system(), sim.env(), oracle, &notes);
    sim.settle();
  }
  ~scene() {
    caf::anon_send_exit(asker, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(oracle, caf::exit_reason::user_shutdown);
    sim.settle();
  }
  void ask(int number) {
    caf::anon_send(asker, question{number});
    sim.settle();
  }

  simulation sim;
  oracle_actor oracle;
  asker_actor asker;
  journal notes;
};

} // namespace hadal::tests

using namespace hadal::tests;

TEST_CASE("an answer in time is the only thing that a request brings") {
  scene s(manner::answers);
  s.ask(41);
  s.sim.pass(10s);
  CHECK(s.notes.lines == std::vector<std::string>{"reply 42"});
}

TEST_CASE("a request without an answer ends in an error at its deadline") {
  scene s(manner::keeps);
  s.ask(1);
  for (int i = 0; i < 4; ++i)
    s.sim.pass(1200ms);
  CHECK(s.notes.lines.empty());
  s.sim.pass(1200ms);
  REQUIRE(s.notes.lines.size() == 1);
  CHECK(s.notes.lines[0].find("request_timeout") != std::string::npos);
}

TEST_CASE("an answer after the deadline is not heard") {
  scene s(manner::keeps);
  s.ask(1);
  for (int i = 0; i < 6; ++i)
    s.sim.pass(1000ms);
  caf::anon_send_exit(s.oracle,
                      caf::exit_reason::kill); // drops its promise: an error for the asker
  s.sim.settle();
  CHECK(s.notes.lines.size() == 2); // one for the deadline, one for the death
}

TEST_CASE("a dropped promise answers with an error at once") {
  scene s(manner::drops);
  s.ask(1);
  REQUIRE(s.notes.lines.size() == 1);
  CHECK(s.notes.lines[0].find("request_receiver_down") != std::string::npos);
}

TEST_CASE(
    "a handler that throws ends its actor, its requester hears of it and so does its watcher") {
  scene s(manner::throws);
  s.ask(1);
  REQUIRE(s.notes.lines.size() == 2);
  CHECK(s.notes.lines[0].find("runtime_error") != std::string::npos);
  CHECK(s.notes.lines[1].find("runtime_error") != std::string::npos);
}

TEST_CASE("a request to a dead actor ends in an error at once") {
  scene s(manner::answers);
  caf::anon_send_exit(s.oracle, caf::exit_reason::kill);
  s.sim.settle();
  s.ask(1);
  REQUIRE(s.notes.lines.size() == 2);
  CHECK(s.notes.lines[0].find("down") != std::string::npos);
  CHECK(s.notes.lines[1].find("request_receiver_down") != std::string::npos);
}

TEST_CASE("a message that an actor does not list is answered with an error and harms nobody") {
  scene s(manner::answers);
  caf::anon_send(caf::actor_cast<caf::actor>(s.oracle), reply{3});
  s.sim.settle();
  s.ask(1);
  CHECK(s.notes.lines == std::vector<std::string>{"reply 2"});
}

TEST_CASE("a poisoned actor dies as one with a bug would") {
  scene s(manner::answers);
  caf::anon_send(caf::actor_cast<caf::actor>(s.oracle), runtime::poison{});
  s.sim.settle();
  REQUIRE(s.notes.lines.size() == 1);
  CHECK(s.notes.lines[0].find("down") != std::string::npos);
}

TEST_CASE("numbers drawn from one seed repeat, and differ from each other") {
  net::metrics metrics;
  runtime::environment a(5, metrics);
  runtime::environment b(5, metrics);
  auto first = a.next_random();
  CHECK(first == b.next_random());
  CHECK(first != a.next_random());
}
