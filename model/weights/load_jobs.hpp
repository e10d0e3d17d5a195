#pragma once
// Parallel loading as a plain function: jobs (read a tensor, convert it, pack it) over some
// threads, with progress. Which actor or program shows the progress is not known here.

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hadal::model {

struct load_job {
  std::string name;               // what is being loaded, for the message of an unexpected failure
  std::uint64_t bytes = 0;        // how much of the progress it is
  std::function<void()> prefetch; // may be empty; called some jobs before `run`
  std::function<result<void>()> run;
};

struct load_progress {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
};

/// Runs every job, in order of the list but `threads` (at least one) at a time. `on_progress` (may
/// be empty) is called once before the first job and after each, never by two threads at once, with
/// bytes that only grow. After a failure no further job begins.
/// Errors: the failure of the earliest failed job; out_of_memory and internal where one throws.
result<void> run_load_jobs(const std::vector<load_job>& jobs, unsigned threads,
                           const std::function<void(load_progress)>& on_progress);

} // namespace hadal::model
