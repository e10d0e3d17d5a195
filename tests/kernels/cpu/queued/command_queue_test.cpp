#include "kernels/cpu/queued/command_queue.hpp"

#include "tests/support/catch.hpp"

#include <future>
#include <vector>

namespace hadal::kernels {

TEST_CASE("commands run in the order in which they were pushed, on one other thread") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    command_queue queue;
    for (int i = 0; i < 100; ++i)
      queue.push([&, i] {
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
      });
  }
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i)
    CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(threads.front() != std::this_thread::get_id());
  CHECK(threads.front() == threads.back());
}

TEST_CASE("a queue that is destroyed runs what was pushed, also what a command pushes") {
  int runs = 0;
  std::promise<void> gate;
  {
    command_queue queue;
    queue.push([opened = gate.get_future().share()] { opened.wait(); });
    queue.push([&] {
      ++runs;
      queue.push([&] { ++runs; });
    });
    gate.set_value();
  }
  CHECK(runs == 2);
}

} // namespace hadal::kernels
