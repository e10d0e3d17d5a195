#include "model/kv_cache/page_tables.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;

namespace {

std::vector<page_id> table_of(const model::page_tables& tables, std::uint32_t slot) {
  const auto entries = tables.entries().subspan(tables.begin(slot), tables.size(slot));
  return {entries.begin(), entries.end()};
}

} // namespace

TEST_CASE("each slot has the pages that it was granted, in order") {
  model::page_tables tables(3, 4, 100);
  tables.grant({2, 0, page_id{7}});
  tables.grant({0, 0, page_id{9}});
  tables.grant({2, 1, page_id{5}});
  CHECK(table_of(tables, 0) == std::vector<page_id>{page_id{9}});
  CHECK(table_of(tables, 1).empty());
  CHECK(table_of(tables, 2) == std::vector<page_id>{page_id{7}, page_id{5}});
}

TEST_CASE("a grant of entry 0 begins a slot's table anew, and leaves the others") {
  model::page_tables tables(2, 4, 100);
  for (std::uint32_t entry = 0; entry < 4; ++entry)
    for (std::uint32_t slot : {0u, 1u})
      tables.grant({slot, entry, page_id{10 * slot + entry}});
  tables.grant({0, 0, page_id{50}});
  CHECK(table_of(tables, 0) == std::vector<page_id>{page_id{50}});
  CHECK(table_of(tables, 1).size() == 4);
  tables.grant({0, 1, page_id{51}});
  CHECK(table_of(tables, 0) == std::vector<page_id>{page_id{50}, page_id{51}});
}
