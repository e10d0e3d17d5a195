#include "actors/shard/shard.hpp"

#include "actors/runtime/thread_name.hpp"

#include <stdexcept>

namespace hadal::actors {

namespace {

/// Ends the actor: its state is invalid after a failed step.
template <class T>
T value_or_end(result<T> r, const char* call) {
  if (!r)
    throw std::runtime_error(std::string(call) + " failed: " + r.error().message);
  if constexpr (!std::is_void_v<T>)
    return std::move(*r);
}

} // namespace

shard::shard(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
             std::shared_ptr<std::unique_ptr<model::step_executor>> executor)
  : actor_base(cfg, env, pinned), executor_(std::move(*executor)) {
  HADAL_ASSERT(executor_ != nullptr);
}

shard::behavior_type shard::make_behavior() {
  if (!env().simulated)
    runtime::name_this_thread(name());
  return {[this](const protocol::forward_step& m) { on(m); },
          [this](const protocol::sample_step& m) { on(m); }};
}

void shard::on(const protocol::forward_step& m) {
  value_or_end(executor_->forward(*m.batch), "forward");
}

void shard::on(const protocol::sample_step& m) {
  auto sampled = value_or_end(executor_->sample(*m.batch), "sample");
  tell(m.listener,
       protocol::step_result{std::make_shared<const model::sample_result>(std::move(sampled))});
}

} // namespace hadal::actors
