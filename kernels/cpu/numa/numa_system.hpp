#pragma once
// What placing asks of the operating system, behind a seam so that tests can watch it without a
// machine of several nodes. Calls answer 0 or the system's error number. Any thread may call.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace hadal::kernels {

class numa_system {
public:
  numa_system() = default;
  numa_system(const numa_system&) = delete;
  numa_system& operator=(const numa_system&) = delete;
  virtual ~numa_system() = default;

  /// CPUs that the calling thread may run on; empty where the system does not say.
  virtual std::vector<int> allowed_cpus() const = 0;

  /// The calling thread runs on these from now on.
  virtual int run_on(std::span<const int> cpus) = 0;

  /// Pages of [data, data + bytes) that nobody has touched come from `node` as long as it has any
  /// left, then from others. `data` is aligned to a page.
  virtual int prefer(void* data, std::size_t bytes, int node) = 0;

  /// The same pages come from `nodes` in turn.
  virtual int interleave(void* data, std::size_t bytes, std::span<const int> nodes) = 0;
};

/// The one under this process: Linux.
std::shared_ptr<numa_system> operating_system();

} // namespace hadal::kernels
