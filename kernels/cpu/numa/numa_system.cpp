#include "kernels/cpu/numa/numa_system.hpp"

#include "kernels/cpu/numa/cpu_list.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

namespace hadal::kernels {

namespace {

// Values of linux/mempolicy.h. libnuma would be a dependency for two calls.
constexpr int policy_preferred = 1;
constexpr int policy_interleave = 3;

constexpr std::size_t word_bits = sizeof(unsigned long) * CHAR_BIT;
using number_mask = std::array<unsigned long, cpu_number_end / word_bits>;

class linux_system final : public numa_system {
public:
  std::vector<int> allowed_cpus() const override {
    cpu_mask mask{};
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof mask, mask.data()) != 0)
      return cpus;
    for (int cpu = 0; cpu < cpu_number_end; ++cpu)
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), sizeof mask, mask.data()))
        cpus.push_back(cpu);
    return cpus;
  }

  int run_on(std::span<const int> cpus) override {
    cpu_mask mask{};
    for (const int cpu : cpus)
      CPU_SET_S(static_cast<std::size_t>(cpu), sizeof mask, mask.data());
    return ::sched_setaffinity(0, sizeof mask, mask.data()) == 0 ? 0 : errno;
  }

  int prefer(void* data, std::size_t bytes, int node) override {
    return set_policy(data, bytes, policy_preferred, {&node, 1});
  }

  int interleave(void* data, std::size_t bytes, std::span<const int> nodes) override {
    return set_policy(data, bytes, policy_interleave, nodes);
  }

private:
  using cpu_mask = std::array<cpu_set_t, cpu_number_end / CPU_SETSIZE>;

  static int set_policy(void* data, std::size_t bytes, int policy, std::span<const int> nodes) {
    // The kernel refuses a mask with bits set beyond its number of nodes, and reads one bit less
    // than it is told.
    number_mask mask{};
    for (const int node : nodes)
      mask[static_cast<std::size_t>(node) / word_bits] |=
          1UL << static_cast<std::size_t>(node) % word_bits;
    const long done = ::syscall(SYS_mbind, data, bytes, policy, mask.data(), cpu_number_end + 1, 0);
    return done == 0 ? 0 : errno;
  }
};

} // namespace

std::shared_ptr<numa_system> operating_system() {
  return std::make_shared<linux_system>();
}

} // namespace hadal::kernels
