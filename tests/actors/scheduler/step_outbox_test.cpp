#include "actors/scheduler/step_outbox.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace hadal;
using namespace hadal::actors;

namespace {

using rows = std::vector<step_outbox::masked_row>;

/// Adds a step of two rows; the rows of `masked` (sequence 10 + row) wait for masks.
std::shared_ptr<model::sample_batch> add_step(step_outbox& outbox, std::uint64_t id,
                                              const std::vector<std::size_t>& masked = {}) {
  auto forward = std::make_shared<model::forward_batch>();
  forward->id = step_id{id};
  auto sample = std::make_shared<model::sample_batch>();
  sample->id = step_id{id};
  sample->sequences.resize(2);
  rows waiting;
  for (const auto row : masked)
    waiting.push_back({sequence_id{10 + row}, row});
  outbox.add(std::move(forward), sample, std::move(waiting));
  return sample;
}

/// What may be sent now: "f1 s1 f2".
std::string taken(step_outbox& outbox) {
  std::string text;
  for (const auto& step : outbox.take()) {
    REQUIRE((step.forward == nullptr) != (step.sample == nullptr));
    text += text.empty() ? "" : " ";
    text += step.forward ? "f" + std::to_string(raw(step.forward->id))
                         : "s" + std::to_string(raw(step.sample->id));
  }
  return text;
}

kernels::token_mask_ptr some_mask() {
  return std::make_shared<const kernels::token_mask>(8);
}

constexpr auto all_ready = [](const auto&, const auto&) { return true; };

} // namespace

TEST_CASE("steps without masks are sent at once, in order, each once") {
  step_outbox outbox;
  add_step(outbox, 1);
  add_step(outbox, 2);
  CHECK(taken(outbox) == "f1 s1 f2 s2");
  CHECK(taken(outbox).empty());
}

TEST_CASE("a step's forward runs while its masks are computed, and its sampling waits for all") {
  step_outbox outbox;
  const auto sample = add_step(outbox, 1, {0, 1});
  CHECK(taken(outbox) == "f1");
  const auto first = some_mask();
  outbox.fill(step_id{1}, sequence_id{10}, first);
  CHECK(taken(outbox).empty());
  const auto second = some_mask();
  outbox.fill(step_id{1}, sequence_id{11}, second);
  CHECK(taken(outbox) == "s1");
  CHECK(sample->sequences[0].masks == std::vector{first});
  CHECK(sample->sequences[1].masks == std::vector{second});
}

TEST_CASE("nothing overtakes a step that waits for a mask") {
  step_outbox outbox;
  add_step(outbox, 1, {0});
  add_step(outbox, 2);
  CHECK(taken(outbox) == "f1");
  outbox.fill(step_id{1}, sequence_id{10}, some_mask());
  CHECK(taken(outbox) == "s1 f2 s2");
}

TEST_CASE("a mask for another step, another sequence or a row that has one changes nothing") {
  step_outbox outbox;
  const auto sample = add_step(outbox, 1, {0});
  outbox.fill(step_id{2}, sequence_id{10}, some_mask());
  outbox.fill(step_id{1}, sequence_id{11}, some_mask());
  CHECK(taken(outbox) == "f1");
  const auto mask = some_mask();
  outbox.fill(step_id{1}, sequence_id{10}, mask);
  outbox.fill(step_id{1}, sequence_id{10}, some_mask());
  CHECK(sample->sequences[0].masks == std::vector{mask});
  CHECK(taken(outbox) == "s1");
}

TEST_CASE("a row of a sequence that has ended needs no mask, in any of its steps") {
  step_outbox outbox;
  add_step(outbox, 1, {0});
  add_step(outbox, 2, {0});
  CHECK(taken(outbox) == "f1");
  outbox.release(sequence_id{10});
  CHECK(taken(outbox) == "s1 f2 s2");
}

TEST_CASE("each row is asked for once, step by step, when its sequence is ready") {
  step_outbox outbox;
  add_step(outbox, 1, {0, 1});
  add_step(outbox, 2, {0});
  step_id step{};
  const auto only_eleven = [](const auto& row, const auto&) {
    return row.sequence == sequence_id{11};
  };
  auto asked = outbox.ask(step, only_eleven);
  REQUIRE(asked.size() == 1);
  CHECK(step == step_id{1});
  CHECK(asked[0].row == 1);
  asked = outbox.ask(step, all_ready);
  REQUIRE(asked.size() == 1);
  CHECK(step == step_id{1});
  CHECK(asked[0].sequence == sequence_id{10});
  asked = outbox.ask(step, all_ready);
  REQUIRE(asked.size() == 1);
  CHECK(step == step_id{2});
  CHECK(outbox.ask(step, all_ready).empty());
}

TEST_CASE("a cleared outbox sends nothing of what it held") {
  step_outbox outbox;
  add_step(outbox, 1, {0});
  CHECK(taken(outbox) == "f1");
  outbox.clear();
  outbox.fill(step_id{1}, sequence_id{10}, some_mask());
  CHECK(taken(outbox).empty());
  add_step(outbox, 2);
  CHECK(taken(outbox) == "f2 s2");
}
