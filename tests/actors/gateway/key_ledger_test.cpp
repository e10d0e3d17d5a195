#include "actors/gateway/key_ledger.hpp"

#include "tests/support/catch.hpp"

#include <atomic>
#include <thread>

using namespace hadal;
using namespace hadal::actors;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const key_ledger::time_point start{};

std::shared_ptr<key_ledger> ledger(const key_limits& limits) {
  return std::make_shared<key_ledger>(std::vector<key_limits>{{}, limits});
}

std::optional<key_place> place(key_ledger& ledger, key_ledger::time_point now) {
  auto admitted = ledger.admit(1, now);
  if (auto* got = std::get_if<key_place>(&admitted))
    return std::move(*got);
  return std::nullopt;
}

key_refusal refusal(key_ledger& ledger, key_ledger::time_point now) {
  auto admitted = ledger.admit(1, now);
  REQUIRE(std::holds_alternative<key_refusal>(admitted));
  return std::get<key_refusal>(admitted);
}

} // namespace

TEST_CASE("a key without limits is never refused") {
  auto l = ledger({1, 1});
  std::vector<std::variant<key_place, key_refusal>> open;
  for (int i = 0; i < 100; ++i) {
    open.push_back(l->admit(0, start));
    REQUIRE(std::holds_alternative<key_place>(open.back()));
    std::get<key_place>(open.back()).spend(1000, start);
  }
}

TEST_CASE("a key has as many requests open as it may, and a place that is given back is free") {
  auto l = ledger({2, {}});
  auto first = place(*l, start);
  auto second = place(*l, start);
  REQUIRE(first);
  REQUIRE(second);
  const auto refused = refusal(*l, start);
  CHECK(refused.why.code == error_code::key_limit);
  CHECK(refused.why.message.find("2 requests open") != std::string::npos);
  CHECK(refused.retry_after_s == 1);
  second.reset();
  auto third = place(*l, start);
  CHECK(third);
  *first = key_place{}; // replaced: given back too
  CHECK(place(*l, start));
}

TEST_CASE("a place that has moved is given back once") {
  auto l = ledger({1, {}});
  {
    auto taken = place(*l, start);
    REQUIRE(taken);
    key_place moved = std::move(*taken);
    taken.reset();
    CHECK_FALSE(place(*l, start));
  }
  auto again = place(*l, start);
  CHECK(again);
  CHECK_FALSE(place(*l, start));
}

TEST_CASE("a key that has overdrawn its tokens waits until they have come again") {
  auto l = ledger({{}, 60}); // one token a second
  auto running = place(*l, start);
  REQUIRE(running);
  running->spend(59, start);
  CHECK(place(*l, start)); // one is left
  running->spend(11, start);
  const auto refused = refusal(*l, start);
  CHECK(refused.why.code == error_code::key_limit);
  CHECK(refused.retry_after_s == 11); // ten overdrawn, and one to begin with
  CHECK(refusal(*l, start + seconds(10)).retry_after_s == 1);
  CHECK(place(*l, start + seconds(11)));
}

TEST_CASE("a bucket never holds more than a minute's tokens") {
  auto l = ledger({{}, 60});
  auto running = place(*l, start);
  running->spend(1, start);
  running->spend(60, start + seconds(3600));
  CHECK_FALSE(place(*l, start + seconds(3600)));
  CHECK(place(*l, start + seconds(3601)));
}

TEST_CASE("time that seems to run backwards takes nothing away and gives nothing twice") {
  auto l = ledger({{}, 60});
  auto running = place(*l, start + seconds(5));
  running->spend(60, start + seconds(5));
  CHECK_FALSE(place(*l, start));
  CHECK(place(*l, start + seconds(6)));
  running->spend(1, start + seconds(6)); // the second that came is used: none comes twice
  CHECK_FALSE(place(*l, start + seconds(6)));
}

TEST_CASE("a wait that is beyond all measure is still a number of seconds") {
  auto l = ledger({{}, 1});
  auto running = place(*l, start);
  running->spend(std::uint64_t{1} << 60, start);
  CHECK(refusal(*l, start).retry_after_s == 1'000'000);
}

TEST_CASE("no thread gets past the limit together with others") {
  auto l = ledger({3, 1'000'000});
  std::atomic<int> open{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        auto admitted = l->admit(1, start + milliseconds(i));
        if (auto* mine = std::get_if<key_place>(&admitted)) {
          if (++open > 3)
            over = true;
          mine->spend(1, start + milliseconds(i));
          --open;
        }
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK_FALSE(over);
  std::vector<std::optional<key_place>> places;
  for (int i = 0; i < 3; ++i)
    CHECK(places.emplace_back(place(*l, start + seconds(60))));
}
