#include "kernels/cpu/queued/queued_backend.hpp"

#include "tests/kernels/cpu/queued/queued_tools.hpp"

#include <cmath>
#include <thread>

namespace hadal::kernels {

using testing::gate;
using testing::get;
using testing::in_step;
using testing::matrix;
using testing::put;
using testing::queued_oracle;
using testing::small_step;
using testing::space;

TEST_CASE(
    "verbs run later, in order with writes and reads, and give what the other backend gives") {
  const auto b = queued_oracle();
  CHECK(b->name() == "queued scalar");
  const tensor_view x = put(*b, matrix(1, 2, {1, 2}));
  const tensor_view y = put(*b, matrix(1, 2, {10, 20}));
  gate closed(*b);
  b->add(x, y);
  matrix first(1, 2);
  b->read(x, first.values().data());
  const matrix other(1, 2, {100, 200});
  b->write(y, other.values().data());
  b->add(x, y);
  matrix second(1, 2);
  b->read(x, second.values().data());
  closed.open();
  REQUIRE(wait(*b).has_value());
  CHECK(first.values() == std::vector<float>{11, 22});
  CHECK(second.values() == std::vector<float>{111, 222});
}

TEST_CASE("what write is given may change as soon as it returns") {
  const auto b = queued_oracle();
  const tensor_view x = space(*b, 2, 3);
  gate closed(*b);
  std::vector<float> values = {1, 2, 3, 4, 5, 6};
  b->write(x, values.data());
  std::fill(values.begin(), values.end(), -1.0f);
  closed.open();
  CHECK(get(*b, x).values() == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("columns of a wider tensor are written and read without its gaps") {
  const auto b = queued_oracle();
  const tensor_view wide = put(*b, matrix(2, 3, {1, 2, 3, 4, 5, 6}));
  const tensor_view middle = wide.columns(1, 1);
  CHECK(get(*b, middle).values() == std::vector<float>{2, 5});
  b->write(middle, std::vector<float>{-2, -5}.data());
  CHECK(get(*b, wide).values() == std::vector<float>{1, -2, 3, 4, -5, 6});
}

TEST_CASE("what run_step is given may change as soon as it returns") {
  const auto b = queued_oracle();
  auto table = b->pack_embedding(matrix(3, 1, {10, 20, 30}).raw());
  REQUIRE(table.has_value());
  const tensor_view out = space(*b, 3, 1);
  const tensor_view last = space(*b, 1, 1);
  small_step step({{0, 3}}, 64);
  step.ids() = {2, 0, 1};
  std::vector<std::int32_t> rows = {1};
  step_layout layout = step.layout();
  layout.logit_rows = rows;
  gate closed(*b);
  in_step(*b, layout, [&] {
    b->embed(**table, out);
    b->gather_logit_rows(out, last);
  });
  step.ids() = {1, 1, 1};
  rows = {0};
  closed.open();
  CHECK(get(*b, out).values() == std::vector<float>{30, 10, 20});
  CHECK(get(*b, last).values() == std::vector<float>{10});
}

TEST_CASE("a buffer named in read holds no number until it is done") {
  const auto b = queued_oracle();
  const tensor_view x = put(*b, matrix(1, 2, {1, 2}));
  gate closed(*b);
  matrix to(1, 2, {7, 7});
  b->read(x, to.values().data());
  CHECK((std::isnan(to.at(0, 0)) && std::isnan(to.at(0, 1))));
  closed.open();
  REQUIRE(wait(*b).has_value());
  CHECK(to.values() == std::vector<float>{1, 2});
}

TEST_CASE("when_done comes once, in order, from the backend's thread") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    const auto b = queued_oracle();
    gate closed(*b);
    for (int i = 0; i < 3; ++i)
      b->when_done([&, i](const result<void>& outcome) {
        CHECK(outcome.has_value());
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
      });
    CHECK(order.empty());
    closed.open();
  } // what is enqueued runs before the backend is gone
  CHECK(order == std::vector<int>{0, 1, 2});
  CHECK(threads[0] != std::this_thread::get_id());
}

TEST_CASE("a program's verbs are called once for each size and replayed over later steps") {
  const auto b = queued_oracle({.sizes = {2, 4}});
  auto table = b->pack_embedding(matrix(3, 1, {10, 20, 30}).raw());
  REQUIRE(table.has_value());
  const tensor_view out = space(*b, 512, 1);
  std::vector<std::int64_t> calls;
  const step_verbs verbs = [&](step_extent extent) {
    calls.push_back(extent.rows);
    b->embed(**table, out.row_range(0, extent.rows));
  };
  const auto run = [&](const std::vector<token_id>& ids, step_program program) {
    small_step step({{0, static_cast<std::int32_t>(ids.size())}}, 1024);
    step.ids() = ids;
    b->run_step(step.layout(), program, verbs);
    return get(*b, out.row_range(0, static_cast<std::int64_t>(ids.size()))).values();
  };
  const step_program program{1};
  CHECK(run({2, 1, 0}, program) == std::vector<float>{30, 20, 10});
  CHECK(run({0, 1, 2, 2}, program) == std::vector<float>{10, 20, 30, 30});
  CHECK(run({1}, program) == std::vector<float>{20});
  CHECK(run({2, 2}, program) == std::vector<float>{30, 30});
  CHECK(calls == std::vector<std::int64_t>{4, 2});
  CHECK(run({0, 0, 0, 0, 1}, program).back() == 20.0f);
  CHECK(calls.back() == testing::small_limits().step_rows); // no size is large enough
  CHECK(run({1}, step_program{2}) == std::vector<float>{20});
  CHECK(calls.size() == 4);
  CHECK(run({0}, step_program::unrecorded) == std::vector<float>{10});
  CHECK(run({1}, step_program::unrecorded) == std::vector<float>{20});
  CHECK(std::vector<std::int64_t>(calls.end() - 2, calls.end()) == std::vector<std::int64_t>{1, 1});
}

} // namespace hadal::kernels
