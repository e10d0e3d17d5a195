#pragma once
// The actor that owns one device through one executor (actors/protocol/shard.hpp). It makes the
// executor in its own thread, and frees it when it ends, before its watchers hear of it: the
// device's memory is then free for the next shard.

#include "actors/protocol/shard.hpp"
#include "actors/runtime/actor_base.hpp"

#include <memory>

namespace hadal::actors {

class shard final : public runtime::actor_base<protocol::shard_actor> {
public:
  shard(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
        protocol::executor_maker make);

  const char* name() const override { return "shard"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  protocol::executor_loaded load();
  void on(const protocol::forward_step& m);
  void on(const protocol::sample_step& m);

  protocol::executor_maker make_;
  std::unique_ptr<model::step_executor> executor_; // null until it is loaded
};

} // namespace hadal::actors
