#include "model/weights/load_jobs.hpp"

#include "tests/support/catch.hpp"

#include <atomic>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

using namespace hadal;
using namespace hadal::model;

TEST_CASE("every job runs once and progress reaches the total, growing") {
  for (const unsigned threads : {0u, 1u, 2u, 8u, 64u}) {
    std::vector<std::atomic<int>> runs(50);
    std::atomic<int> prefetches{0};
    std::vector<load_job> jobs;
    for (std::size_t i = 0; i < runs.size(); ++i)
      jobs.push_back({"job", i, [&prefetches] { ++prefetches; },
                      [&runs, i]() -> result<void> {
                        ++runs[i];
                        return {};
                      }});
    std::vector<load_progress> seen;
    REQUIRE(run_load_jobs(jobs, threads, [&](load_progress p) { seen.push_back(p); }).has_value());
    for (const auto& count : runs)
      CHECK(count == 1);
    REQUIRE(seen.size() == runs.size() + 1);
    CHECK(seen.front().bytes_done == 0);
    for (std::size_t i = 1; i < seen.size(); ++i)
      CHECK(seen[i].bytes_done >= seen[i - 1].bytes_done);
    CHECK(seen.back().bytes_done == 50 * 49 / 2);
    CHECK(seen.back().bytes_total == 50 * 49 / 2);
    CHECK(prefetches == static_cast<int>(50 - std::min<std::size_t>(50, std::max(threads, 1u))));
  }
}

TEST_CASE("no jobs is a load that is done") {
  int calls = 0;
  REQUIRE(run_load_jobs({}, 4, [&](load_progress p) {
            ++calls;
            CHECK(p.bytes_total == 0);
          }).has_value());
  CHECK(calls == 1);
  CHECK(run_load_jobs({}, 4, {}).has_value());
}

TEST_CASE("jobs run at the same time on several threads") {
  std::atomic<int> inside{0};
  const load_job meeting{"meeting", 1, {}, [&inside]() -> result<void> {
                           ++inside;
                           while (inside < 2)
                             std::this_thread::yield();
                           return {};
                         }};
  CHECK(run_load_jobs({meeting, meeting}, 2, {}).has_value());
}

TEST_CASE("the first failure is returned and no later job begins") {
  std::atomic<int> later{0};
  std::vector<load_job> jobs;
  jobs.push_back({"good", 1, {}, []() -> result<void> { return {}; }});
  jobs.push_back({"bad", 1, {}, []() -> result<void> {
                    return fail(error_code::invalid_checkpoint, "tensor \"w\" is missing", "w");
                  }});
  for (int i = 0; i < 100; ++i)
    jobs.push_back({"later", 1, {}, [&later]() -> result<void> {
                      ++later;
                      return {};
                    }});
  const auto done = run_load_jobs(jobs, 1, {});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == error_code::invalid_checkpoint);
  CHECK(done.error().param == "w");
  CHECK(later == 0);
}

TEST_CASE("of failures at the same time the earliest job's is returned") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> inside{0};
    std::vector<load_job> jobs;
    for (const char* name : {"first", "second"})
      jobs.push_back({name, 1, {}, [&inside, name]() -> result<void> {
                        ++inside;
                        while (inside < 2)
                          std::this_thread::yield();
                        return fail(error_code::io_error, name, name);
                      }});
    CHECK(run_load_jobs(jobs, 2, {}).error().param == "first");
  }
}

TEST_CASE("what a job throws becomes an error that names the job") {
  const std::vector<load_job> no_memory{
      {"model.layers.3", 1, {}, []() -> result<void> { throw std::bad_alloc(); }}};
  CHECK(run_load_jobs(no_memory, 2, {}).error().code == error_code::out_of_memory);
  const std::vector<load_job> other{
      {"model.layers.3", 1, {}, []() -> result<void> { throw std::runtime_error("broken"); }}};
  const auto done = run_load_jobs(other, 2, {});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == error_code::internal);
  CHECK(done.error().param == "model.layers.3");
  CHECK(done.error().message == "loading model.layers.3 failed: broken");
}
