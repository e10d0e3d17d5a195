#include "tests/support/simulation.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <typeinfo>

#include <caf/abstract_actor.hpp>
#include <caf/atom.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>

namespace hadal::tests {

namespace {

std::string demangled(const std::type_info& type) {
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), std::free);
  return name ? name.get() : type.name();
}

/// The names of a message's types, without namespaces.
std::string record_of(const caf::message& content) {
  std::string names;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const auto [number, type] = content.type(i);
    std::string name = number != 0 ? caf::numbered_type_names[number - 1] : demangled(*type);
    if (const auto at = name.rfind("::"); at != std::string::npos)
      name.erase(0, at + 2);
    names += (i == 0 ? "" : ", ") + name;
  }
  return names;
}

} // namespace

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

void simulation::advance(std::chrono::microseconds time) {
  coordinator_.advance_time(time);
}

void simulation::pass(std::chrono::milliseconds time) {
  advance(time);
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
  const auto content = element->copy_content_to_message();
  trace_.push_back(entry.first + " <- " + caf::to_string(content));
  records_.push_back(entry.first + " <- " + record_of(content));
  return true;
}

} // namespace hadal::tests
