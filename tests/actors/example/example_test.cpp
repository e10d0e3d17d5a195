#include "actors/protocol/inspect.hpp"
#include "actors/runtime/actor_base.hpp"
#include "actors/runtime/spawn.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/simulation.hpp"

#include <caf/exit_reason.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

using namespace hadal;
using namespace std::chrono_literals;

namespace hadal::tests::example {

// -- one message: the protocol header, actors/protocol/<actor>.hpp ----------------------------

/// Asks how many words a text has; answered with `word_count`.
struct count_words {
  std::string text;
};

struct word_count {
  std::size_t words = 0;
};

HADAL_INSPECT(count_words, x.text)
HADAL_INSPECT(word_count, x.words)

using word_counter_actor = caf::typed_actor<
    // Counts the words of a text.
    caf::replies_to<count_words>::with<word_count>>;

// -- one actor: its logic is a plain function, its handler translates --------------------------

std::size_t words_of(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank && !inside)
      ++words;
    inside = !blank;
  }
  return words;
}

class word_counter final : public runtime::actor_base<word_counter_actor> {
public:
  word_counter(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned)
    : actor_base(cfg, env, pinned) {}

  const char* name() const override { return "word_counter"; }

  behavior_type make_behavior() override {
    return {[](const count_words& m) { return word_count{words_of(m.text)}; }};
  }
};

// -- who asks: every `ask` has a deadline and an answer to its failure ------------------------

using reader_actor = caf::typed_actor<caf::reacts_to<count_words>>;

class reader final : public runtime::actor_base<reader_actor> {
public:
  reader(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
         word_counter_actor counter, std::string* heard)
    : actor_base(cfg, env, pinned), counter_(std::move(counter)), heard_(heard) {}

  const char* name() const override { return "reader"; }

  behavior_type make_behavior() override {
    return {[this](const count_words& m) {
      ask<word_count>(
          counter_, m, 1000ms,
          [this](const word_count& answer) { *heard_ = std::to_string(answer.words) + " words"; },
          [this](const caf::error&) { *heard_ = "no answer"; });
    }};
  }

private:
  word_counter_actor counter_;
  std::string* heard_;
};

} // namespace hadal::tests::example

// -- one test: the deterministic coordinator, virtual time, a trace ------------------------------

using namespace hadal::tests;
using namespace hadal::tests::example;

TEST_CASE("a reader hears how many words a text has, or that nobody answered") {
  simulation sim(1);
  std::string heard;
  auto counter = runtime::spawn<word_counter>(sim.system(), sim.env());
  auto asker = runtime::spawn<reader>(sim.system(), sim.env(), counter, &heard);

  caf::anon_send(asker, count_words{"to be or not"});
  sim.settle();
  CHECK(heard == "4 words");
  CHECK(std::count_if(sim.trace().begin(), sim.trace().end(), [](const std::string& line) {
          return line.find("word_counter <- ") == 0;
        }) == 1);

  caf::anon_send_exit(counter, caf::exit_reason::kill);
  sim.settle();
  caf::anon_send(asker, count_words{"to be"});
  sim.settle();
  CHECK(heard == "no answer");

  caf::anon_send_exit(asker, caf::exit_reason::user_shutdown);
  sim.settle();
}
