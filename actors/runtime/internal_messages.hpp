#pragma once
// Messages that every actor handles although no handle lists them: `actor_base` takes them before
// the behavior's default. `timer_tick` wakes an actor for its timers; `poison` makes it throw like
// a handler with a bug: fault injection and tests kill actors with it.

#include <caf/meta/type_name.hpp>

#include <stdexcept>

namespace hadal::runtime {

struct timer_tick {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, timer_tick&) {
  return f(caf::meta::type_name("timer_tick"));
}

struct poison {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, poison&) {
  return f(caf::meta::type_name("poison"));
}

/// The exception of a poisoned actor.
class poisoned : public std::runtime_error {
public:
  poisoned() : std::runtime_error("poisoned by fault injection") {}
};

} // namespace hadal::runtime
