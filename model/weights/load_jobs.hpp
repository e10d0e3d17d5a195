#pragma once
// Parallel loading as a plain function: runs jobs (read a tensor, convert it, pack it) on some
// threads and reports progress to its caller.

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hadal::model {

struct load_job {
  std::string name;               // what is being loaded, for the message of an unexpected failure
  std::uint64_t bytes = 0;        // its share of the progress
  std::function<void()> prefetch; // may be empty; called some jobs before `run`
  std::function<result<void>()> run;
};

struct load_progress {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
};

/// Runs every job, in the order of the list, `threads` (at least one) at a time. `on_progress` (may
/// be empty) is called once before the first job and after each, never by two threads at once, with
/// ascending byte counts. After a failure no further job begins. Errors: the error of the earliest
/// failed job; out_of_memory and internal if a job throws.
result<void> run_load_jobs(const std::vector<load_job>& jobs, unsigned threads,
                           const std::function<void(load_progress)>& on_progress);

} // namespace hadal::model
