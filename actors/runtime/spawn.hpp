#pragma once
// Starts actors: on the pool, on a thread of their own, or pinned to an io thread. In simulation
// all run on the deterministic coordinator. Every actor class takes (actor_config&, environment&,
// execution_unit*, ...).

#include "actors/runtime/environment.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>

#include <functional>
#include <utility>

namespace hadal::runtime {

/// On CAF's pool of worker threads.
template <class T, class... Ts>
typename T::handle_type spawn(caf::actor_system& system, environment& env, Ts&&... xs) {
  return system.spawn<T>(std::ref(env), static_cast<caf::execution_unit*>(nullptr),
                         std::forward<Ts>(xs)...);
}

/// On a thread of its own, for actors whose handlers take long.
template <class T, class... Ts>
typename T::handle_type spawn_detached(caf::actor_system& system, environment& env, Ts&&... xs) {
  if (env.simulated)
    return spawn<T>(system, env, std::forward<Ts>(xs)...);
  return system.spawn<T, caf::detached>(std::ref(env), static_cast<caf::execution_unit*>(nullptr),
                                        std::forward<Ts>(xs)...);
}

/// Resumed only by `unit`; on the pool if `unit` is null (simulation).
template <class T, class... Ts>
typename T::handle_type spawn_pinned(caf::actor_system& system, environment& env,
                                     caf::execution_unit* unit, Ts&&... xs) {
  if (!unit)
    return spawn<T>(system, env, std::forward<Ts>(xs)...);
  caf::actor_config cfg{unit};
  return system.spawn_impl<T, caf::no_spawn_options>(cfg, env, unit, std::forward<Ts>(xs)...);
}

} // namespace hadal::runtime
