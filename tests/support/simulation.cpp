#include "tests/support/simulation.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

#include <caf/abstract_actor.hpp>
#include <caf/atom.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>

namespace hadal::tests {

simulation::config::config() {
  set("scheduler.policy", caf::atom("testing"));
}

simulation::simulation(std::uint64_t seed)
  : env_(seed, metrics_), system_(config_),
    coordinator_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
    order_(seed) {
  env_.simulated = true;
  env_.hook = this;
}

simulation::~simulation() {
  env_.hook = nullptr;
}

bool simulation::step() {
  auto& jobs = coordinator_.jobs;
  if (jobs.empty())
    return false;
  std::swap(jobs.front(), jobs[order_() % jobs.size()]);
  return coordinator_.try_run_once();
}

void simulation::settle(std::size_t steps_max) {
  for (std::size_t i = 0; i < steps_max; ++i)
    if (!step())
      return;
  FAIL("the simulation does not settle");
}

void simulation::pass(std::chrono::milliseconds time) {
  coordinator_.advance_time(time);
  settle();
}

std::vector<caf::actor_addr> simulation::named(const std::string& name) const {
  std::vector<caf::actor_addr> found;
  for (const auto& [its_name, address] : seen_)
    if (its_name == name)
      found.push_back(address);
  return found;
}

bool simulation::pass(caf::abstract_actor& to, caf::mailbox_element_ptr& element) {
  auto* actor = dynamic_cast<caf::local_actor*>(&to);
  auto entry = std::make_pair(std::string(actor ? actor->name() : "?"), to.address());
  if (std::find(seen_.begin(), seen_.end(), entry) == seen_.end())
    seen_.push_back(entry);
  trace_.push_back(std::string(actor ? actor->name() : "?") + " <- " +
                   caf::to_string(element->copy_content_to_message()));
  return true;
}

} // namespace hadal::tests
