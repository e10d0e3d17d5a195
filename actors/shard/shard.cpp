#include "actors/shard/shard.hpp"

#include "actors/runtime/thread_name.hpp"

#include <stdexcept>

namespace hadal::actors {

namespace {

/// Ends the shard from any thread, before it handles further steps. Does nothing if it has ended.
void end(const caf::actor_addr& shard, const error& failure) {
  log::error("shard {} ends: sample failed: {}", shard.id(), failure.message);
  caf::anon_send<caf::message_priority::high>(caf::actor_cast<caf::actor>(shard),
                                              caf::exit_msg{shard, caf::sec::runtime_error});
}

} // namespace

shard::shard(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
             protocol::executor_maker make)
  : actor_base(cfg, env, pinned), make_(std::move(make)) {}

shard::behavior_type shard::make_behavior() {
  if (!env().simulated)
    runtime::name_this_thread(name());
  return {[this](const protocol::load_executor&) { return load(); },
          [this](const protocol::forward_step& m) { on(m); },
          [this](const protocol::sample_step& m) { on(m); }};
}

void shard::on_exit() {
  actor_base::on_exit();
  executor_.reset();
}

protocol::executor_loaded shard::load() {
  HADAL_ASSERT(!executor_);
  auto made = make_();
  if (!made)
    return {std::nullopt, made.error()};
  executor_ = std::move(*made);
  return {executor_->info(), std::nullopt};
}

void shard::on(const protocol::forward_step& m) {
  if (auto ran = executor_->forward(*m.batch); !ran)
    throw std::runtime_error("forward failed: " + ran.error().message);
}

void shard::on(const protocol::sample_step& m) {
  // The callback runs in any thread, so it has this actor's address and nothing else of it.
  executor_->sample(
      *m.batch, [listener = m.listener, self = address()](result<model::sample_result> sampled) {
        if (!sampled)
          return end(self, sampled.error());
        caf::anon_send(listener, protocol::step_result{std::make_shared<const model::sample_result>(
                                     std::move(*sampled))});
      });
}

} // namespace hadal::actors
