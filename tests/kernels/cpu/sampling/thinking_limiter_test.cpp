#include "kernels/cpu/sampling/thinking_limiter.hpp"

#include "tests/support/catch.hpp"

#include <vector>

namespace hadal::kernels {

namespace {

constexpr token_id think = 50;
constexpr token_id unthink = 51;
constexpr token_id newline = 10;

using ids = std::vector<token_id>;

std::optional<thinking_budget> budget(std::int64_t tokens) {
  return thinking_budget{tokens, {think, unthink, newline}};
}

/// What comes after `prompt` when the model would write `model` and the limiter overrules it.
ids written(const std::optional<thinking_budget>& limit, const ids& prompt, const ids& model) {
  thinking_limiter limiter;
  limiter.reset(limit, prompt, {});
  ids output;
  for (token_id wanted : model) {
    output.push_back(limiter.forced().value_or(wanted));
    limiter.append(output.back());
  }
  return output;
}

} // namespace

TEST_CASE("the end of thinking comes after as many tokens as the budget has") {
  const ids model(8, 7);
  CHECK(written(budget(3), {1, think}, model) == ids{7, 7, 7, unthink, 7, 7, 7, 7});
  CHECK(written(budget(1), {1, think}, model) == ids{7, unthink, 7, 7, 7, 7, 7, 7});
  CHECK(written(budget(0), {1, think}, model) == ids{unthink, 7, 7, 7, 7, 7, 7, 7});
  CHECK(written(budget(8), {1, think}, model) == model);
}

TEST_CASE("where a newline follows the mark it counts, and the forced end has one too") {
  const ids prompt = {1, think, newline};
  CHECK(written(budget(3), prompt, ids(6, 7)) == ids{7, 7, newline, unthink, 7, 7});
  CHECK(written(budget(1), prompt, ids(3, 7)) == ids{newline, unthink, 7});
  CHECK(written(budget(0), prompt, ids(3, 7)) == ids{newline, unthink, 7});
}

TEST_CASE("no second newline is forced after one that was sampled") {
  CHECK(written(budget(3), {think, newline}, {7, newline, 8, 9}) == ids{7, newline, unthink, 9});
}

TEST_CASE("tokens of the prompt after the mark count") {
  CHECK(written(budget(3), {think, 4, 5}, {7, 7, 7}) == ids{7, unthink, 7});
  CHECK(written(budget(3), {think, 4, 5, 6, 7, 8}, {7, 7}) == ids{unthink, 7});
}

TEST_CASE("a model that stops thinking by itself is left alone, even if it begins again") {
  const ids model = {7, unthink, 8, think, 8, 8, 8, 8, 8, 8};
  CHECK(written(budget(4), {think}, model) == model);
}

TEST_CASE("a prompt that is not thinking is limited only once the model opens thinking itself") {
  for (const ids& prompt : {ids{1, 2}, ids{1, think, 3, unthink}}) {
    CHECK(written(budget(0), prompt, ids(4, 7)) == ids(4, 7));
    CHECK(written(budget(2), prompt, {7, think, 7, 7, 7, 7}) == ids{7, think, 7, 7, unthink, 7});
    CHECK(written(budget(2), prompt, {think, newline, 7, 7, 7, 7}) ==
          ids{think, newline, 7, newline, unthink, 7});
  }
}

TEST_CASE("a second opening mark while thinking is a token like any other") {
  CHECK(written(budget(3), {think}, {think, 7, 7, 7, 7}) == ids{think, 7, 7, unthink, 7});
}

TEST_CASE("only the last mark of the prompt decides") {
  CHECK(written(budget(2), {think, 1, 1, 1, unthink, 2, think}, ids(4, 7)) ==
        ids{7, 7, unthink, 7});
}

TEST_CASE("without a budget nothing is forced") {
  CHECK(written(std::nullopt, {think}, ids(50, 7)) == ids(50, 7));
}

TEST_CASE("a limiter that starts again in the middle of an output goes on the same way") {
  for (const ids& prompt : {ids{1, think}, ids{1, think, newline}, ids{1, 2}}) {
    const ids model = {7, think, 7, newline, 7, 7, 7, 7, 7, 7};
    const ids whole = written(budget(5), prompt, model);
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      thinking_limiter limiter;
      limiter.reset(budget(5), prompt, {whole.data(), cut});
      ids output(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
      for (std::size_t i = cut; i < model.size(); ++i) {
        output.push_back(limiter.forced().value_or(model[i]));
        limiter.append(output.back());
      }
      CHECK(output == whole);
    }
  }
}

} // namespace hadal::kernels
