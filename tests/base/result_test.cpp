#include "base/error.hpp"
#include "base/result.hpp"

#include "tests/support/catch.hpp"

#include <set>

namespace {

hadal::result<int> half(int x) {
  if (x % 2 != 0)
    return hadal::fail(hadal::error_code::invalid_request, "x must be even", "x");
  return x / 2;
}

hadal::result<int> quarter(int x) {
  HADAL_TRY_ASSIGN(once, half(x));
  HADAL_TRY(half(once));
  return once / 2;
}

} // namespace

TEST_CASE("a result carries its value through HADAL_TRY_ASSIGN") {
  auto r = quarter(8);
  REQUIRE(r.has_value());
  CHECK(*r == 2);
}

TEST_CASE("a failed step returns its own error unchanged") {
  auto r = quarter(6);
  REQUIRE_FALSE(r.has_value());
  CHECK(r.error().code == hadal::error_code::invalid_request);
  CHECK(r.error().param == "x");
  CHECK(r.error().message == "x must be even");
}

TEST_CASE("every error code has a name of its own") {
  std::set<std::string_view> names;
  for (int code = 1; code <= static_cast<int>(hadal::error_code::internal); ++code)
    names.insert(to_string(static_cast<hadal::error_code>(code)));
  CHECK(names.size() == static_cast<std::size_t>(hadal::error_code::internal));
}
