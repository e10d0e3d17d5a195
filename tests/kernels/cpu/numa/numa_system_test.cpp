#include "tests/kernels/cpu/numa/watched_numa_system.hpp"
#include "tests/support/catch.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

using namespace hadal::kernels;

namespace {

/// A page's policy: 0 default, 1 preferred, 3 interleaved; -1 where the system does not tell.
int policy_of(void* page) {
  int policy = -1;
  constexpr int by_address = 2;
  const long done = ::syscall(SYS_get_mempolicy, &policy, nullptr, 0, page, by_address);
  return done == 0 ? policy : -1;
}

} // namespace

TEST_CASE("this system keeps a thread on the CPUs it is told, and says so") {
  const auto system = operating_system();
  const std::vector<int> all = system->allowed_cpus();
  REQUIRE_FALSE(all.empty());
  std::thread([&] {
    const std::vector<int> last = {all.back()};
    CHECK(system->run_on(last) == 0);
    CHECK(system->allowed_cpus() == last);
    CHECK(system->run_on(all) == 0);
    CHECK(system->allowed_cpus() == all);
  }).join();
  CHECK(system->run_on(std::vector<int>{}) == EINVAL);
  CHECK(system->allowed_cpus() == all);
}

TEST_CASE("this system takes orders about memory, or says that it is not allowed") {
  const auto system = operating_system();
  constexpr std::size_t bytes = 16 * 4096;
  auto* const data = static_cast<unsigned char*>(
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(data != MAP_FAILED);
  const int preferred = system->prefer(data, bytes / 2, 0);
  const std::vector<int> nodes = {0};
  const int interleaved = system->interleave(data + bytes / 2, bytes / 2, nodes);
  // A system may be built without nodes, and a container may forbid these calls.
  CHECK((preferred == 0 || preferred == EPERM || preferred == ENOSYS));
  CHECK(interleaved == preferred);
  if (preferred == 0) {
    CHECK(policy_of(data) == 1);
    CHECK(policy_of(data + bytes / 2) == 3);
  }
  data[0] = data[bytes - 1] = 1;
  CHECK(system->prefer(data + 1, 4096, 0) != 0); // not a page
  CHECK(system->prefer(data, bytes, 8000) != 0); // no such node
  ::munmap(data, bytes);
}
