#pragma once
// Variables that are no settings: Kubernetes (and Docker's links before it) tells every container
// where the services of its namespace are, in variables that begin with the service's name. Beside
// a service called `hadal` HADAL_PORT is tcp://10.96.0.7:30000, and not the value of --port.

#include "actors/server/flags.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

/// True for an address as such a variable has it: tcp://10.96.0.7:30000, udp://[fd00::7]:53.
bool is_service_address(std::string_view value) noexcept;

/// What one service has put among the variables.
struct service_variables {
  std::string service;            // "hadal", "hadal-api"; empty: not known
  std::vector<std::string> names; // in the order of the list they were found in
};

/// The services whose variables are among `set`, the names of variables.
std::vector<service_variables> find_services(const std::vector<std::string>& set,
                                             const environment& variables);

/// A line for each service of which a variable has the name of a flag in `known`: it is not read.
std::vector<std::string> service_warnings(const std::vector<service_variables>& services,
                                          const flag_table& known);

/// `set` without the variables of services.
std::vector<std::string> without_services(std::vector<std::string> set,
                                          const std::vector<service_variables>& services);

} // namespace hadal::server
