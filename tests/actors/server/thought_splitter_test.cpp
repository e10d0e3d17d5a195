#include "actors/server/thought_splitter.hpp"

#include "tests/support/catch.hpp"

#include <vector>

namespace {

using hadal::server::thought_splitter;

thought_splitter::pieces split(bool thinking, const std::vector<std::string>& texts) {
  thought_splitter splitter{thinking};
  thought_splitter::pieces all;
  const auto add = [&](const thought_splitter::pieces& some) {
    all.thought += some.thought;
    all.answer += some.answer;
  };
  for (const auto& text : texts)
    add(splitter.feed(text));
  add(splitter.finish());
  return all;
}

} // namespace

TEST_CASE("what stands before the tag is thought, what stands after it is answer") {
  const auto all = split(true, {"Hm. So</think>\n\nYes </think>"});
  CHECK(all.thought == "Hm. So");
  CHECK(all.answer == "\n\nYes </think>");
}

TEST_CASE("without thinking everything is answer") {
  const auto all = split(false, {"a </th", "ink> b"});
  CHECK(all.thought.empty());
  CHECK(all.answer == "a </think> b");
}

TEST_CASE("a thought that never ends is thought, half a tag at its end too") {
  const auto all = split(true, {"Hm </th"});
  CHECK(all.thought == "Hm </th");
  CHECK(all.answer.empty());
}

TEST_CASE("wherever the text is cut the same pieces come out") {
  const std::string text = "a <</think</think>b</think>c";
  for (std::size_t i = 0; i <= text.size(); ++i)
    for (std::size_t j = i; j <= text.size(); ++j) {
      const auto all = split(true, {text.substr(0, i), text.substr(i, j - i), text.substr(j)});
      CHECK(all.thought == "a <</think");
      CHECK(all.answer == "b</think>c");
    }
}
