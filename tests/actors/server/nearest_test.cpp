#include "actors/server/nearest.hpp"

#include "tests/support/catch.hpp"

namespace {

using hadal::server::edit_distance;
using hadal::server::nearest;

} // namespace

TEST_CASE("edits are counted: inserted, deleted, replaced, and swapped letters") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("port", "port") == 0);
  CHECK(edit_distance("port", "prt") == 1);
  CHECK(edit_distance("port", "poort") == 1);
  CHECK(edit_distance("port", "part") == 1);
  CHECK(edit_distance("port", "prot") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest word is the one with the fewest edits, the first of equals") {
  CHECK(nearest("sevre", {"version", "serve", "chat"}) == "serve");
  CHECK(nearest("cat", {"bat", "hat"}) == "bat");
}

TEST_CASE("a word that is far from all of them has no nearest") {
  CHECK(nearest("elephant", {"serve", "chat"}).empty());
  CHECK(nearest("x", {}).empty());
}
