#include "model/weights/load_jobs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

namespace hadal::model {

namespace {

/// Turns an exception of a job into an error: it would end the process otherwise.
result<void> run_guarded(const load_job& job) {
  try {
    return job.run();
  } catch (const std::bad_alloc&) {
    return fail(error_code::out_of_memory, fmt::format("no memory to load {}", job.name), job.name);
  } catch (const std::exception& e) {
    return fail(error_code::internal, fmt::format("loading {} failed: {}", job.name, e.what()),
                job.name);
  }
}

class job_runner {
public:
  job_runner(const std::vector<load_job>& jobs, std::size_t threads,
             const std::function<void(load_progress)>& on_progress)
    : jobs_(jobs), threads_(threads), on_progress_(on_progress) {
    for (const load_job& job : jobs)
      progress_.bytes_total += job.bytes;
  }

  result<void> run() {
    report();
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < threads_; ++i)
      others.emplace_back([this] { work(); });
    work();
    for (std::thread& other : others)
      other.join();
    if (failure_)
      return fail(std::move(*failure_));
    return {};
  }

private:
  void work() {
    while (const auto index = take()) {
      // Prefetches for the job that starts after every thread has taken one more.
      if (const std::size_t ahead = *index + threads_;
          ahead < jobs_.size() && jobs_[ahead].prefetch)
        jobs_[ahead].prefetch();
      auto done = run_guarded(jobs_[*index]);
      finish(*index, std::move(done));
    }
  }

  std::optional<std::size_t> take() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == jobs_.size())
      return std::nullopt;
    return next_++;
  }

  void finish(std::size_t index, result<void> done) {
    const std::lock_guard lock(mutex_);
    if (!done) {
      if (!failure_ || index < failed_index_) {
        failure_ = std::move(done.error());
        failed_index_ = index;
      }
      return;
    }
    progress_.bytes_done += jobs_[index].bytes;
    report();
  }

  void report() const {
    if (on_progress_)
      on_progress_(progress_);
  }

  const std::vector<load_job>& jobs_;
  const std::size_t threads_;
  const std::function<void(load_progress)>& on_progress_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  load_progress progress_;
  std::optional<error> failure_;
  std::size_t failed_index_ = 0;
};

} // namespace

result<void> run_load_jobs(const std::vector<load_job>& jobs, unsigned threads,
                           const std::function<void(load_progress)>& on_progress) {
  const std::size_t useful = std::clamp<std::size_t>(jobs.size(), 1, std::max(threads, 1u));
  return job_runner(jobs, useful, on_progress).run();
}

} // namespace hadal::model
