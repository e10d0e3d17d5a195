#include "tests/kernels/cpu/numa/watched_numa_system.hpp"
#include "tests/support/catch.hpp"

#include <sys/mman.h>

using namespace hadal::kernels;
using namespace hadal::kernels::testing;

namespace {

std::vector<std::int32_t> threads_of(const numa_placement& placement) {
  std::vector<std::int32_t> counts;
  for (int node = 0; node < placement.node_count(); ++node)
    counts.push_back(placement.first_thread(node + 1) - placement.first_thread(node));
  return counts;
}

numa_placement placed(std::int32_t threads, const numa_topology& topology) {
  return {threads, topology, std::make_shared<watched_numa_system>(std::vector<int>{0, 1, 2, 3})};
}

} // namespace

TEST_CASE("threads go to nodes in proportion to their CPUs, a block to each") {
  using counts = std::vector<std::int32_t>;
  CHECK(threads_of(placed(8, even_nodes(2, 4))) == counts{4, 4});
  CHECK(threads_of(placed(7, even_nodes(2, 4))) == counts{4, 3});
  CHECK(threads_of(placed(1, even_nodes(2, 4))) == counts{1, 0});
  CHECK(threads_of(placed(3, even_nodes(8, 1))) == counts{0, 1, 0, 1, 0, 0, 1, 0});
  numa_topology uneven = even_nodes(2, 6);
  uneven[1].cpus.resize(2);
  CHECK(threads_of(placed(8, uneven)) == counts{6, 2});
  CHECK(threads_of(placed(4, uneven)) == counts{3, 1});
  for (const int threads : {1, 2, 3, 5, 8, 13, 64}) {
    const numa_placement p = placed(threads, even_nodes(3, 5));
    int last = 0;
    for (std::int32_t t = 0; t < threads; ++t) {
      const int node = p.node_of_thread(t);
      CHECK((node >= last && p.first_thread(node) <= t && t < p.first_thread(node + 1)));
      last = node;
    }
  }
}

TEST_CASE("units are split as threads are, none lost, none for a node without threads") {
  const numa_placement p = placed(7, even_nodes(2, 4));
  for (const std::int64_t units : {0, 1, 2, 7, 9, 1000}) {
    CHECK(p.split(units, 0) == 0);
    CHECK(p.split(units, 1) == units * 4 / 7);
    CHECK(p.split(units, 2) == units);
  }
  const numa_placement alone = placed(1, even_nodes(2, 4));
  CHECK(alone.split(100, 1) == 100);
  const numa_placement one_node(5);
  CHECK((one_node.split(100, 0) == 0 && one_node.split(100, 1) == 100));
}

TEST_CASE("one node, or none: nothing reaches the system") {
  for (int nodes = 0; nodes < 2; ++nodes) {
    const auto system = std::make_shared<watched_numa_system>(std::vector<int>{0, 1});
    const numa_placement p(2, even_nodes(nodes, 2), system);
    REQUIRE(p.node_count() == 1);
    alignas(4096) unsigned char page[4096];
    p.place_thread(1);
    p.place_memory(0, page, sizeof page);
    p.interleave(page, sizeof page);
    CHECK(p.allowed_cpus().empty());
    CHECK(system->threads().empty());
    CHECK(system->ranges().empty());
    CHECK(describe(p) == "one NUMA node");
  }
}

TEST_CASE("a thread is kept on all CPUs of its node, memory on the node or on all in turn") {
  const auto system = std::make_shared<watched_numa_system>(std::vector<int>{0, 1, 2, 3});
  numa_topology topology = even_nodes(2, 2);
  topology[1].id = 5;
  const numa_placement p(4, topology, system);
  CHECK(describe(p) == "2 NUMA nodes, 2 + 2 threads");
  p.place_thread(3);
  CHECK(system->threads().at(std::this_thread::get_id()).back() == std::vector<int>{2, 3});
  p.place_thread(1);
  CHECK(system->threads().at(std::this_thread::get_id()).back() == std::vector<int>{0, 1});
  alignas(4096) static unsigned char pages[3 * 4096];
  p.place_memory(1, pages, 4096);
  p.interleave(pages + 4096, 8192);
  CHECK(system->nodes_of(pages + 4095) == std::vector<int>{5});
  CHECK(system->nodes_of(pages + 4096) == std::vector<int>{0, 5});
  CHECK(system->nodes_of(pages + sizeof pages).empty());
}

TEST_CASE(
    "where memory cannot be bound its pages are touched from the node, and the thread goes back") {
  const std::vector<int> before = {0, 1, 2, 3};
  const auto system = std::make_shared<watched_numa_system>(before, true);
  const numa_placement p(4, even_nodes(2, 2), system);
  constexpr std::size_t bytes = 64 * 4096;
  void* const data =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(data != MAP_FAILED);
  p.place_memory(1, data, bytes);
  CHECK(system->threads().at(std::this_thread::get_id()) ==
        std::vector<std::vector<int>>{{2, 3}, before});
  std::vector<unsigned char> resident(64);
  REQUIRE(::mincore(data, bytes, resident.data()) == 0);
  for (const unsigned char page : resident)
    CHECK((page & 1) == 1);
  ::munmap(data, bytes);
}
