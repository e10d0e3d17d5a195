#include "kernels/cpu/numa/cpu_list.hpp"

#include "tests/support/catch.hpp"

using hadal::kernels::parse_cpu_list;
using list = std::vector<int>;

TEST_CASE("a list of CPUs is numbers and ranges with commas between them") {
  CHECK(parse_cpu_list("0-3,8,10-11\n") == list{0, 1, 2, 3, 8, 10, 11});
  CHECK(parse_cpu_list("0") == list{0});
  CHECK(parse_cpu_list("7-7") == list{7});
  CHECK(parse_cpu_list(" 4,2 \n") == list{4, 2});
  CHECK(parse_cpu_list("8191") == list{8191});
}

TEST_CASE("a node without CPUs has an empty list") {
  CHECK(parse_cpu_list("") == list{});
  CHECK(parse_cpu_list("\n") == list{});
  CHECK(parse_cpu_list(" \t\r\n") == list{});
}

TEST_CASE("what is no list of CPUs is none") {
  for (const char* text :
       {",", "1,", ",1", "1,,2", "-", "1-", "-3", "3-1", "1-2-3", "a", "0x1", "1 2", "1;2", "+1",
        "8192", "0-8192", "99999999999999999999", "0-3\n5", "0-2:1"}) {
    INFO(text);
    CHECK_FALSE(parse_cpu_list(text).has_value());
  }
}
