#include "actors/loader/loader.hpp"

namespace hadal::actors {

loader::loader(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
               load_function load)
  : actor_base(cfg, env, pinned), load_(std::move(load)) {}

loader::behavior_type loader::make_behavior() {
  return {[this](const protocol::load_text&) { return load_(); }};
}

} // namespace hadal::actors
