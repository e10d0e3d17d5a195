#pragma once
// The actor that reads a model's text (actors/protocol/loader.hpp). It calls the load_function that
// it is given, so that tests and `--device null` load something else.

#include "actors/protocol/loader.hpp"
#include "actors/runtime/actor_base.hpp"

#include <functional>

namespace hadal::actors {

/// Blocks until everything is loaded. Its failure names file and reason.
using load_function = std::function<protocol::text_loaded()>;

class loader final : public runtime::actor_base<protocol::loader_actor> {
public:
  loader(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
         load_function load);

  const char* name() const override { return "loader"; }
  behavior_type make_behavior() override;

private:
  load_function load_;
};

} // namespace hadal::actors
