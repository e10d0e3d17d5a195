#pragma once
// Variables that are no settings: Kubernetes, like Docker's older links, gives every container the
// addresses of the services of its namespace in variables that begin with the service's name. For a
// service called `hadal` HADAL_PORT is tcp://10.96.0.7:30000 and not the value of --port.

#include "actors/server/flags.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

/// True for the address in such a variable: tcp://10.96.0.7:30000, udp://[fd00::7]:53.
bool is_service_address(std::string_view value) noexcept;

/// The variables of one service.
struct service_variables {
  std::string service;            // "hadal", "hadal-api"; empty: not known
  std::vector<std::string> names; // in the order of the given list
};

/// The services whose variables are among `set`, the names of variables.
std::vector<service_variables> find_services(const std::vector<std::string>& set,
                                             const environment& variables);

/// A warning for each service with a variable that has the name of a flag in `known`: it is not
/// read.
std::vector<std::string> service_warnings(const std::vector<service_variables>& services,
                                          const flag_table& known);

/// `set` without the variables of services.
std::vector<std::string> without_services(std::vector<std::string> set,
                                          const std::vector<service_variables>& services);

} // namespace hadal::server
