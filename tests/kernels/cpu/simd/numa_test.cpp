// What the vectorised backend does with several NUMA nodes, watched on a system that is not there.
#include "kernels/cpu/simd/make_simd_backend.hpp"
#include "kernels/cpu/simd/simd_backend.hpp"
#include "tests/kernels/cpu/numa/watched_numa_system.hpp"
#include "tests/kernels/tensors.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>

namespace hadal::kernels::simd {

namespace {

using testing::even_nodes;
using testing::float8_weight;
using testing::matrix;
using testing::watched_numa_system;
using cpus = std::vector<int>;

struct two_nodes {
  std::shared_ptr<watched_numa_system> system =
      std::make_shared<watched_numa_system>(cpus{0, 1, 2, 3});
  numa_placement placement;

  explicit two_nodes(int threads) : placement(threads, even_nodes(2, 2), system) {}
};

/// What a gemm over one panel of a weight reads.
gemm_params panel(const weight_panels& weight, std::int64_t index) {
  gemm_params p;
  weight.fill(p, index, 1);
  return p;
}

} // namespace

TEST_CASE("threads of a pool stay on their nodes, the caller's from its first loop until the end") {
  const two_nodes machine(4);
  const auto self = std::this_thread::get_id();
  {
    thread_pool pool(machine.placement);
    REQUIRE(pool.node_count() == 2);
    CHECK(machine.system->threads().count(self) == 0);
    for (int loop = 0; loop < 3; ++loop)
      pool.parallel_for(64, [](std::int64_t, std::int32_t) {});
    CHECK(machine.system->threads().at(self) == std::vector<cpus>{{0, 1}});
  }
  const auto threads = machine.system->threads();
  CHECK(threads.at(self) == std::vector<cpus>{{0, 1}, {0, 1, 2, 3}});
  std::vector<cpus> others;
  for (const auto& [id, told] : threads)
    if (id != self) {
      REQUIRE(told.size() == 1);
      others.push_back(told[0]);
    }
  std::sort(others.begin(), others.end());
  CHECK(others == std::vector<cpus>{{0, 1}, {2, 3}, {2, 3}});
}

TEST_CASE("a pool on one node asks the system for nothing") {
  const auto system = std::make_shared<watched_numa_system>(cpus{0, 1});
  thread_pool pool(numa_placement(2, even_nodes(1, 2), system));
  pool.parallel_for(64, [](std::int64_t, std::int32_t) {});
  CHECK(system->threads().empty());
}

TEST_CASE("tiles that belong to nodes run exactly once, on any division") {
  const int threads = GENERATE(1, 2, 3, 5, 8);
  const two_nodes machine(threads);
  thread_pool pool(machine.placement);
  for (const auto& [first, second] : std::vector<std::pair<int, int>>{
           {0, 0}, {1, 0}, {7, 0}, {0, 9}, {1, 1}, {3, 200}, {500, 500}}) {
    const std::int64_t near = threads == 1 ? first + second : first; // node 1 has no thread then
    const thread_pool::node_tiles begins{0, near, first + second};
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(first + second));
    pool.parallel_for(begins, [&](std::int64_t tile, std::int32_t worker) {
      if (worker >= 0 && worker < threads)
        runs[static_cast<std::size_t>(tile)].fetch_add(1);
    });
    for (const auto& n : runs)
      REQUIRE(n.load() == 1);
  }
}

TEST_CASE("a worker begins with tiles of its node and takes from there before it goes elsewhere") {
  const two_nodes machine(4);
  thread_pool pool(machine.placement);
  // The caller finds everybody else held up in a first tile of their own stretch.
  std::atomic<int> held{0};
  std::atomic<bool> go_on{false};
  std::vector<std::int64_t> order;
  pool.parallel_for(thread_pool::node_tiles{0, 8, 16}, [&](std::int64_t tile, std::int32_t worker) {
    if (worker != 0) {
      held.fetch_add(1);
      while (!go_on.load())
        std::this_thread::yield();
      return;
    }
    while (order.empty() && held.load() < 3)
      std::this_thread::yield();
    order.push_back(tile);
    if (order.size() == 13) // all but the three that the others hold
      go_on = true;
  });
  CHECK(order == std::vector<std::int64_t>{0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15});
}

TEST_CASE("panels of every weight lie on the node of the threads that begin with them") {
  const two_nodes machine(3); // two threads on node 0, one on node 1
  weight_memory memory(machine.placement);
  const matrix plain = matrix::random(9 * 16 + 3, 40, 1);
  const float8_weight quantised = float8_weight::random(6 * 16, 256, 2);
  for (const raw_weight& raw : {plain.raw(), quantised.raw()}) {
    auto packed = weight_panels::pack(raw, dtype::bfloat16, panel_orders{}, memory);
    REQUIRE(packed.has_value());
    const std::int64_t count = packed->panel_count();
    REQUIRE((packed->first_panel(0) == 0 && packed->first_panel(2) == count));
    CHECK(packed->first_panel(1) == count * 2 / 3);
    for (std::int64_t i = 0; i < count; ++i) {
      const gemm_params p = panel(*packed, i);
      const std::vector<int> node = {i < count * 2 / 3 ? 0 : 1};
      CHECK(machine.system->nodes_of(p.panels) == node);
      if (raw.type == dtype::float8_e4m3)
        CHECK(machine.system->nodes_of(p.w_scales) == node);
    }
  }
}

TEST_CASE("a weight too small to share lies on one node, and so do all weights of a lone thread") {
  const auto threads = GENERATE(4, 1);
  const two_nodes machine(threads);
  weight_memory memory(machine.placement);
  const matrix small = matrix::random(5, 8, 1);
  auto packed = weight_panels::pack(small.raw(), dtype::float32, panel_orders{}, memory);
  REQUIRE(packed.has_value());
  CHECK(machine.system->nodes_of(panel(*packed, 0).panels) ==
        std::vector<int>{threads == 1 ? 0 : 1});
  CHECK(packed->panel_count(0) + packed->panel_count(1) == 1);
}

TEST_CASE("heads of kv_b lie whole on nodes") {
  const two_nodes machine(4);
  weight_memory memory(machine.placement);
  const auto value = [](std::int64_t row, std::int64_t col) {
    return static_cast<float>(row + col);
  };
  for (int node = 0; node < 2; ++node) {
    auto packed =
        weight_panels::pack(40, 24, element::float32, value, panel_orders{}, memory, node);
    REQUIRE(packed.has_value());
    for (std::int64_t i = 0; i < packed->panel_count(); ++i)
      CHECK(machine.system->nodes_of(panel(*packed, i).panels) == std::vector<int>{node});
  }
}

TEST_CASE(
    "embeddings, rope table and KV cache are spread over all nodes; one node is told nothing") {
  const bool several = GENERATE(true, false);
  const auto system = std::make_shared<watched_numa_system>(cpus{0, 1, 2, 3});
  const numa_placement placement(4, even_nodes(several ? 2 : 1, 2), system);
  auto made = make_simd_backend({}, simd_isa::best, placement);
  REQUIRE(made.has_value());
  const matrix table = matrix::random(100, 64, 1);
  const std::vector<float> frequencies(8, 0.5f);
  const auto embedding = (*made)->pack_embedding(table.raw());
  const auto rope = (*made)->make_rope_table(frequencies, 1.0f, 64);
  const auto cache = (*made)->make_kv_cache({.layers = 2, .pages = 4, .row_dim = 96});
  REQUIRE((embedding.has_value() && rope.has_value() && cache.has_value()));
  const std::vector<int> want = several ? std::vector<int>{0, 1} : std::vector<int>{};
  const auto& kv = static_cast<const simd_kv_cache&>(**cache);
  CHECK(system->nodes_of(static_cast<const simd_embedding&>(**embedding).values.data()) == want);
  CHECK(system->nodes_of(static_cast<const simd_rope_table&>(**rope).angles.data()) == want);
  CHECK(system->nodes_of(kv.rows.data()) == want);
  CHECK(system->nodes_of(kv.rows.as<unsigned char>() + kv.rows.bytes() - 1) == want);
  CHECK(system->ranges().size() == (several ? 3 : 0));
}

} // namespace hadal::kernels::simd
