#pragma once
// The system calls of numa_placement, behind an interface so that tests can watch them without a
// machine of several nodes. Calls return 0 or the system's error number. Any thread may call.

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

  /// CPUs that the calling thread may run on; empty if the system call fails.
  virtual std::vector<int> allowed_cpus() const = 0;

  /// Restricts the calling thread to these CPUs.
  virtual int run_on(std::span<const int> cpus) = 0;

  /// Untouched pages of [data, data + bytes) are taken from `node` while it has free pages, then
  /// from others. `data` is aligned to a page.
  virtual int prefer(void* data, std::size_t bytes, int node) = 0;

  /// Untouched pages are taken from `nodes` alternately.
  virtual int interleave(void* data, std::size_t bytes, std::span<const int> nodes) = 0;
};

/// The implementation for Linux.
std::shared_ptr<numa_system> operating_system();

} // namespace hadal::kernels
