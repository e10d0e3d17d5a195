#include "kernels/cpu/numa/numa_topology.hpp"

#include "tests/actors/server/temporary_folder.hpp"
#include "tests/support/catch.hpp"

#include <numeric>

using namespace hadal::kernels;
using hadal::server::testing::temporary_folder;

namespace {

std::vector<int> cpus_up_to(int end) {
  std::vector<int> cpus(static_cast<std::size_t>(end));
  std::iota(cpus.begin(), cpus.end(), 0);
  return cpus;
}

void write_node(const temporary_folder& root, int id, const std::string& cpus, int kib) {
  const std::string folder = "node" + std::to_string(id);
  root.write(folder + "/cpulist", cpus + "\n");
  root.write(folder + "/meminfo", "\nNode " + std::to_string(id) + " MemTotal:       " +
                                      std::to_string(kib) + " kB\nNode 0 MemFree: 7 kB\n");
}

/// Two nodes of four CPUs each, as hyper-threads are numbered.
void write_two_nodes(const temporary_folder& root) {
  root.write("online", "0-1\n");
  write_node(root, 0, "0-1,4-5", 2048);
  write_node(root, 1, "2-3,6-7", 1024);
}

} // namespace

TEST_CASE("nodes have their CPUs and their memory") {
  const temporary_folder root;
  write_two_nodes(root);
  const numa_topology nodes = read_topology(root.path(), cpus_up_to(8));
  REQUIRE(nodes.size() == 2);
  CHECK((nodes[0].id == 0 && nodes[1].id == 1));
  CHECK(nodes[0].cpus == std::vector<int>{0, 1, 4, 5});
  CHECK(nodes[1].cpus == std::vector<int>{2, 3, 6, 7});
  CHECK(nodes[0].memory_bytes == 2048 * 1024);
  CHECK(nodes[1].memory_bytes == 1024 * 1024);
}

TEST_CASE("only CPUs that the process may use count, and nodes that have some") {
  const temporary_folder root;
  write_two_nodes(root);
  const numa_topology some = read_topology(root.path(), std::vector<int>{1, 6});
  REQUIRE(some.size() == 2);
  CHECK(some[0].cpus == std::vector<int>{1});
  CHECK(some[1].cpus == std::vector<int>{6});
  const numa_topology one = read_topology(root.path(), std::vector<int>{2, 3});
  REQUIRE(one.size() == 1);
  CHECK(one[0].id == 1);
}

TEST_CASE("a node of memory alone is no node, and numbers may have gaps") {
  const temporary_folder root;
  root.write("online", "0,2-3\n");
  write_node(root, 0, "0", 2048);
  write_node(root, 2, "", 4096);
  write_node(root, 3, "1", 2048);
  const numa_topology nodes = read_topology(root.path(), cpus_up_to(2));
  REQUIRE(nodes.size() == 2);
  CHECK((nodes[0].id == 0 && nodes[1].id == 3));
}

TEST_CASE("files that are missing or damaged make one node, never an error") {
  const temporary_folder root;
  const auto nodes = [&] { return read_topology(root.path(), cpus_up_to(8)).size(); };
  CHECK(read_topology("/nowhere/at/all", cpus_up_to(8)).empty());
  CHECK(nodes() == 0);
  write_two_nodes(root);
  REQUIRE(nodes() == 2);
  root.write("online", "zero\n");
  CHECK(nodes() == 0);
  root.write("online", "0-2\n"); // node 2 has no folder
  CHECK(nodes() == 0);
  write_two_nodes(root);
  root.write("node1/cpulist", "2-3,6-\n");
  CHECK(nodes() == 0);
  write_two_nodes(root);
  root.write("node1/meminfo", "Node 1 MemTotal: much\n"); // its CPUs belong to no node now
  CHECK(nodes() == 0);
  write_two_nodes(root);
  std::filesystem::remove(root.path("node1/meminfo"));
  CHECK(nodes() == 0);
}

TEST_CASE("a machine with an allowed CPU outside of all nodes, or with too many, is not divided") {
  const temporary_folder root;
  write_two_nodes(root);
  CHECK(read_topology(root.path(), cpus_up_to(9)).empty());
  const temporary_folder many;
  many.write("online", "0-16\n");
  for (int id = 0; id <= numa_nodes_max; ++id)
    write_node(many, id, std::to_string(id), 1024);
  CHECK(read_topology(many.path(), cpus_up_to(numa_nodes_max)).size() ==
        std::size_t{numa_nodes_max});
  CHECK(read_topology(many.path(), cpus_up_to(numa_nodes_max + 1)).empty());
}
