#include "actors/scheduler/step_builder.hpp"

#include "tests/actors/scheduler/sequence_specs.hpp"
#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;
using scheduler_tests::spec;

namespace {

/// A running sequence with pages 10 * slot and up.
sequence& add(sequence_list& running, std::uint32_t slot, std::size_t prompt) {
  auto& s = running.emplace_back(request_id{slot}, spec(slot, prompt, 50));
  s.slot = slot;
  s.running = true;
  for (std::uint32_t i = 0; i < 8; ++i)
    s.pages.push_back(page_id{10 * slot + i});
  return s;
}

built_step build(sequence_list& running, std::int64_t tokens_max, std::int64_t prompt_tokens_max) {
  step_builder builder(step_id{1}, running.size());
  builder.fill(running, tokens_max, prompt_tokens_max);
  return std::move(builder).finish();
}

std::vector<std::pair<std::uint32_t, std::int32_t>> lengths(const built_step& step) {
  std::vector<std::pair<std::uint32_t, std::int32_t>> out;
  for (const auto& e : step.forward->sequences)
    out.emplace_back(e.slot, e.extend_len);
  return out;
}

using slots_and_lengths = std::vector<std::pair<std::uint32_t, std::int32_t>>;

} // namespace

TEST_CASE("decode rows come first and prompt chunks share what is left") {
  sequence_list running;
  add(running, 1, 30);
  add(running, 2, 1);
  add(running, 3, 30);
  CHECK(lengths(build(running, 100, 40)) == slots_and_lengths{{2, 1}, {1, 30}, {3, 10}});
  CHECK(lengths(build(running, 3, 40)) == slots_and_lengths{{1, 1}, {2, 1}, {3, 1}});
}

TEST_CASE("rows are sampled where the extend reaches the sequence's end") {
  sequence_list running;
  add(running, 1, 30);
  add(running, 2, 5);
  const auto first = build(running, 100, 20);
  REQUIRE(first.forward->sequences.size() == 1);
  CHECK(first.forward->sequences[0].logit_rows == 0);
  CHECK(first.sample->sequences.empty());
  const auto second = build(running, 100, 20);
  REQUIRE(second.sample->sequences.size() == 2);
  for (std::uint32_t row = 0; row < 2; ++row) {
    CHECK(second.forward->sequences[row].logit_rows == 1);
    CHECK(second.sample->sequences[row].first_row == row);
    CHECK(second.sample->sequences[row].open != nullptr);
    CHECK(second.record.sampled[row] == sequence_id{row + 1});
  }
  const auto third = build(running, 100, 20);
  REQUIRE(third.sample->sequences.size() == 2);
  CHECK(third.sample->sequences[0].open == nullptr);
  CHECK(third.sample->sequences[0].output_index == 1);
}

TEST_CASE("the host gives the tokens that it knows and names the others by slot") {
  sequence_list running;
  auto& s = add(running, 1, 4);
  const auto first = build(running, 100, 100);
  CHECK(first.forward->sequences.at(0).given_len == 4);
  CHECK(first.forward->token_ids == std::vector<token_id>(4, 1));
  const auto second = build(running, 100, 100);
  CHECK(second.forward->sequences.at(0).given_len == 0);
  CHECK(second.forward->token_ids.empty());
  s.output_ids = {70, 71}; // both results are in
  s.pending = 0;
  const auto third = build(running, 100, 100);
  CHECK(third.forward->sequences.at(0).given_len == 1);
  CHECK(third.forward->token_ids == std::vector<token_id>{71});
}

TEST_CASE("a page is told with the first step that needs it, in order, and once") {
  sequence_list running;
  add(running, 1, 150);
  const auto entries = [](const built_step& step) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    for (const auto& granted : step.forward->grants) {
      CHECK(granted.slot == 1);
      out.emplace_back(granted.entry, raw(granted.page));
    }
    return out;
  };
  using grants = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  CHECK(entries(build(running, 100, 100)) == grants{{0, 10}, {1, 11}});
  CHECK(entries(build(running, 100, 20)).empty());
  CHECK(entries(build(running, 100, 100)) == grants{{2, 12}});
  CHECK(entries(build(running, 100, 100)).empty());
}

TEST_CASE("prompt tokens are scored by the row before them, the next chunk's first one included") {
  sequence_list running;
  auto wanted = spec(1, 30, 50);
  wanted.scored_from = 0;
  wanted.scored_top = 3;
  running.emplace_back(request_id{1}, wanted).pages = {page_id{0}};
  const auto first = build(running, 100, 20);
  const auto& e = first.forward->sequences.at(0);
  CHECK((e.scored_begin == 1 && e.scored_end == 21 && e.scored_top == 3));
  CHECK(e.next_token == 1);
  CHECK(first.record.scored == std::vector<sequence_id>{sequence_id{1}});
  const auto second = build(running, 100, 20);
  CHECK(second.forward->sequences.at(0).scored_begin == 21);
  CHECK(second.forward->sequences.at(0).scored_end == 30);
  CHECK(build(running, 100, 20).record.scored.empty());
}
