#include "actors/shard/shard.hpp"

#include "actors/runtime/spawn.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/simulation.hpp"

#include <caf/send.hpp>

#include <deque>
#include <thread>

using namespace hadal;
using namespace hadal::tests;

namespace {

/// What the executor below has met. It outlives the executor.
struct executor_record {
  int forwards = 0;
  std::deque<model::sampled_callback> open; // samplings that wait for the device
  bool freed = false;
};

/// An executor whose device works when the test says so.
class scripted_executor final : public model::step_executor {
public:
  explicit scripted_executor(executor_record& record) : record_(record) {}
  ~scripted_executor() override { record_.freed = true; }

  const model::executor_info& info() const noexcept override { return info_; }

  result<void> forward(const model::forward_batch& batch) override {
    ++record_.forwards;
    if (batch.id == step_id{13})
      return fail(error_code::internal, "the device is lost");
    return {};
  }

  void sample(const model::sample_batch&, model::sampled_callback done) override {
    record_.open.push_back(std::move(done));
  }

private:
  executor_record& record_;
  model::executor_info info_;
};

class listener final : public runtime::actor_base<protocol::step_listener_actor> {
public:
  listener(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
           std::vector<step_id>* heard)
    : actor_base(cfg, env, pinned), heard_(heard) {}

  const char* name() const override { return "listener"; }

  behavior_type make_behavior() override {
    return {[this](const protocol::step_result& m) { heard_->push_back(m.result->id); }};
  }

private:
  std::vector<step_id>* heard_;
};

/// What a watcher finds when it hears that its shard has ended.
struct last_words {
  std::string reason;
  bool executor_freed = false;
};

using watcher_actor = caf::typed_actor<caf::reacts_to<protocol::forward_step>>;

class watcher final : public runtime::actor_base<watcher_actor> {
public:
  watcher(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
          protocol::shard_actor shard, const executor_record* record, last_words* words)
    : actor_base(cfg, env, pinned) {
    watch(shard, [record, words](const caf::error& reason) {
      *words = {caf::to_string(reason), record->freed};
    });
  }

  const char* name() const override { return "watcher"; }
  behavior_type make_behavior() override {
    return {[](const protocol::forward_step&) {}};
  }
};

/// A shard over a scripted executor, with who listens and who watches.
struct watched_shard {
  simulation sim{1};
  executor_record record;
  std::vector<step_id> heard;
  last_words words;
  protocol::shard_actor shard;
  protocol::step_listener_actor ear;
  watcher_actor eye;

  watched_shard() {
    const protocol::executor_maker make =
        [this]() -> result<std::unique_ptr<model::step_executor>> {
      return std::make_unique<scripted_executor>(record);
    };
    shard = runtime::spawn_detached<actors::shard>(sim.system(), sim.env(), make);
    caf::anon_send(shard, protocol::load_executor{});
    ear = runtime::spawn<listener>(sim.system(), sim.env(), &heard);
    eye = runtime::spawn<watcher>(sim.system(), sim.env(), shard, &record, &words);
    sim.settle();
  }

  ~watched_shard() {
    for (const auto& actor : {caf::actor_cast<caf::actor>(shard), caf::actor_cast<caf::actor>(ear),
                              caf::actor_cast<caf::actor>(eye)})
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    shard = nullptr;
    ear = nullptr;
    eye = nullptr;
    sim.settle();
  }

  void forward(std::uint64_t id) {
    model::forward_batch batch;
    batch.id = step_id{id};
    caf::anon_send(shard, protocol::forward_step{
                              std::make_shared<const model::forward_batch>(std::move(batch))});
  }

  void sample(std::uint64_t id) {
    model::sample_batch batch{step_id{id}, {}};
    caf::anon_send(shard, protocol::sample_step{
                              std::make_shared<const model::sample_batch>(std::move(batch)), ear});
  }

  /// The device ends the oldest sampling, from its own thread.
  void complete(result<model::sample_result> sampled) {
    std::thread([&] { record.open.front()(std::move(sampled)); }).join();
    record.open.pop_front();
  }
};

model::sample_result result_of(std::uint64_t id) {
  return {step_id{id}, {}, {}, {}};
}

} // namespace

TEST_CASE("a shard takes further steps while the device works, and results come in its time") {
  watched_shard s;
  s.forward(1);
  s.sample(1);
  s.forward(2);
  s.sample(2);
  s.sim.settle();
  CHECK(s.record.forwards == 2);
  CHECK(s.heard.empty());
  s.complete(result_of(1));
  s.sim.settle();
  CHECK(s.heard == std::vector<step_id>{step_id{1}});
  s.complete(result_of(2));
  s.sim.settle();
  CHECK(s.heard == std::vector<step_id>{step_id{1}, step_id{2}});
}

TEST_CASE("a sampling that fails ends the shard before it takes the steps behind it") {
  watched_shard s;
  s.forward(1);
  s.sample(1);
  s.sim.settle();
  s.forward(2);
  s.complete(fail(error_code::internal, "the device is lost"));
  s.sim.settle();
  CHECK(s.record.forwards == 1);
  CHECK(s.heard.empty());
  CHECK(s.words.reason.find("runtime_error") != std::string::npos);
}

TEST_CASE("a forward that fails ends the shard") {
  watched_shard s;
  s.forward(13);
  s.forward(14);
  s.sim.settle();
  CHECK(s.record.forwards == 1);
  CHECK(s.words.reason.find("runtime_error") != std::string::npos);
}

TEST_CASE("a shard has freed its executor when its watchers hear of its end") {
  watched_shard s;
  caf::anon_send_exit(s.shard, caf::exit_reason::kill); // the test still holds the handle
  s.sim.settle();
  CHECK_FALSE(s.words.reason.empty());
  CHECK(s.words.executor_freed);
}

TEST_CASE("what the device says after its shard has ended reaches the listener and harms nobody") {
  watched_shard s;
  s.sample(1);
  s.sample(2);
  s.sim.settle();
  caf::anon_send_exit(s.shard, caf::exit_reason::kill);
  s.sim.settle();
  REQUIRE(s.record.open.size() == 2);
  s.complete(result_of(1));
  s.complete(fail(error_code::internal, "too late"));
  s.sim.settle();
  CHECK(s.heard == std::vector<step_id>{step_id{1}});
}
