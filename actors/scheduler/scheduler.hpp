#pragma once
// The actor around step_planner (actors/protocol/scheduler.hpp): translates messages, sends steps
// and events.

#include "actors/protocol/scheduler.hpp"
#include "actors/runtime/actor_base.hpp"
#include "actors/scheduler/step_planner.hpp"
#include "actors/scheduler/token_pacer.hpp"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace hadal::actors {

class scheduler final : public runtime::actor_base<protocol::scheduler_actor> {
public:
  scheduler(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
            planner_options options);

  const char* name() const override { return "scheduler"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void on(const protocol::shard_ready& m);
  void on(const protocol::grammar_ready& m);
  protocol::admission on(const protocol::submit_sequences& m);
  void on(const protocol::cancel_request& m);
  void on(const protocol::stop_sequence& m);
  void on(const protocol::return_credit& m);
  void on(const protocol::step_result& m);

  void on_shard_down();
  void on_server_down(const caf::actor_addr& address);
  void watch_servers(const std::vector<protocol::sequence_spec>& specs);
  void watch_session(request_id request);
  void forget(std::vector<sequence> taken);
  void advance();
  void arm_pacer();
  void deliver_due();
  void ask_masks();
  void send_steps();
  void publish(std::vector<planner_event>& events);
  void report();

  planner_options options_;
  std::optional<step_planner> planner_;
  protocol::shard_actor shard_;
  protocol::grammar_actor grammar_;
  std::deque<runtime::time_point> step_starts_; // of the steps in flight
  token_pacer pacer_;
  bool pacer_armed_ = false;
  runtime::time_point pacer_armed_at_{};
};

} // namespace hadal::actors
