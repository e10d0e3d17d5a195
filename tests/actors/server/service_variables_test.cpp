#include "actors/server/service_variables.hpp"

#include "actors/server/serve_flags.hpp"
#include "tests/actors/server/fake_environment.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace hadal::server;
using hadal::server::testing::with_variables;

/// What Kubernetes sets beside a service called `hadal`, and a variable of ours.
const std::map<std::string, std::string> beside_hadal = {
    {"HADAL_HOST", "0.0.0.0"},
    {"HADAL_PORT", "tcp://10.96.0.7:30000"},
    {"HADAL_PORT_30000_TCP", "tcp://10.96.0.7:30000"},
    {"HADAL_PORT_30000_TCP_ADDR", "10.96.0.7"},
    {"HADAL_PORT_30000_TCP_PORT", "30000"},
    {"HADAL_PORT_30000_TCP_PROTO", "tcp"},
    {"HADAL_SERVICE_HOST", "10.96.0.7"},
    {"HADAL_SERVICE_PORT", "30000"},
    {"HADAL_SERVICE_PORT_HTTP", "30000"}};

std::vector<std::string> names_of(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> names;
  for (const auto& [name, value] : variables)
    names.push_back(name);
  return names;
}

std::vector<service_variables> services_of(const std::map<std::string, std::string>& variables) {
  return find_services(names_of(variables), with_variables(variables));
}

} // namespace

TEST_CASE("an address as Kubernetes writes it is told from a value") {
  for (const char* address : {"tcp://10.96.0.7:30000", "udp://10.96.0.7:53", "sctp://10.0.0.1:9",
                              "tcp://[fd00::7]:30000", "tcp://hadal.default.svc:80"})
    CHECK(is_service_address(address));
  for (const char* value : {"", "30000", "tcp", "tcp://", "tcp://10.96.0.7", "tcp://:30000",
                            "tcp://10.96.0.7:", "tcp://10.96.0.7:x", "tcp://10.96.0.7:300000",
                            "tcp://[]:1", "http://10.96.0.7:30000", "10.96.0.7:30000"})
    CHECK_FALSE(is_service_address(value));
}

TEST_CASE("a service's address is not read as a port, whatever its family") {
  for (const char* address : {"tcp://10.96.0.7:30000", "tcp://[fd00::7]:30000"}) {
    const auto options = parse_serve_options({}, with_variables({{"HADAL_PORT", address}}));
    REQUIRE(options);
    CHECK(options->port == 30000);
  }
}

TEST_CASE("a service's address hides no alias and is no value of any other flag") {
  const auto options = parse_serve_options(
      {}, with_variables({{"HADAL_MODEL_PATH", "tcp://10.96.0.7:80"}, {"HADAL_MODEL", "/m"}}));
  REQUIRE(options);
  CHECK(options->model_path == "/m");
}

TEST_CASE("a port that is neither a number nor an address is refused as before") {
  const auto options = parse_serve_options({}, with_variables({{"HADAL_PORT", "tcp://10.96.0.7"}}));
  REQUIRE_FALSE(options);
  CHECK(options.error().param == "HADAL_PORT");
}

TEST_CASE("the variables of a service are found together and warned of once") {
  const auto services = services_of(beside_hadal);
  REQUIRE(services.size() == 1);
  CHECK(services[0].service == "hadal");
  CHECK(services[0].names.size() == 8);
  serve_options options;
  const auto lines = service_warnings(services, serve_flags(options));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        "HADAL_PORT is not read as --port: Kubernetes has set HADAL_PORT, HADAL_PORT_30000_TCP, "
        "HADAL_PORT_30000_TCP_ADDR, HADAL_PORT_30000_TCP_PORT, HADAL_PORT_30000_TCP_PROTO, "
        "HADAL_SERVICE_HOST, HADAL_SERVICE_PORT, HADAL_SERVICE_PORT_HTTP for a service called "
        "hadal; `enableServiceLinks: false` in the pod, or another name for the service, avoids "
        "that");
}

TEST_CASE("variables of a service are no misspelt settings") {
  serve_options options;
  const auto left = without_services(names_of(beside_hadal), services_of(beside_hadal));
  CHECK(left == std::vector<std::string>{"HADAL_HOST"});
  CHECK(misspelt_variables(left, serve_flags(options)).empty());
}

TEST_CASE("services that no flag collides with are nobody's business") {
  const auto services = services_of({{"HADAL_API_PORT", "tcp://10.96.0.8:80"},
                                     {"HADAL_API_PORT_80_TCP", "tcp://10.96.0.8:80"},
                                     {"HADAL_API_SERVICE_HOST", "10.96.0.8"}});
  REQUIRE(services.size() == 1);
  CHECK(services[0].service == "hadal-api");
  CHECK(services[0].names.size() == 3);
  serve_options options;
  CHECK(service_warnings(services, serve_flags(options)).empty());
}
