#include "actors/server/answer_view.hpp"

#include "tests/actors/server/captured_file.hpp"
#include "tests/support/catch.hpp"

#include <vector>

namespace {

using hadal::server::answer_view;
using hadal::server::testing::captured_file;

std::string content(const std::string& text) {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
}

std::string reasoning(const std::string& text) {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"" + text +
         "\"}}]}\n\n";
}

std::string end(const std::string& reason) {
  return "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" + reason +
         "\"}]}\n\ndata: [DONE]\n\n";
}

struct outcome {
  std::string shown;
  std::string text;
  bool complete = false;
};

outcome view(bool interactive, bool thinking, const std::vector<std::string>& pieces) {
  const captured_file out;
  answer_view view{out.file(), interactive, thinking};
  for (const auto& piece : pieces)
    REQUIRE(view.feed(piece).has_value());
  view.finish();
  return {out.text(), view.text(), view.complete()};
}

const std::string dim = "\x1b[2m";
const std::string plain = "\x1b[0m";

} // namespace

TEST_CASE("an answer is shown as it is, with a line's end") {
  for (const bool interactive : {false, true}) {
    const auto o = view(interactive, false, {content("Hel"), content("lo"), end("stop")});
    CHECK(o.shown == "Hello\n");
    CHECK(o.text == "Hello");
    CHECK(o.complete);
  }
}

TEST_CASE("thoughts in a field of their own are dim at a terminal and nowhere else") {
  const std::vector<std::string> pieces{reasoning("Hm"), reasoning("."), content("\\n\\nYes"),
                                        end("stop")};
  CHECK(view(true, true, pieces).shown == dim + "Hm." + plain + "\n\nYes\n");
  CHECK(view(false, true, pieces).shown == "Yes\n");
  CHECK(view(true, true, pieces).text == "Yes");
}

TEST_CASE("thoughts inside the content are found by their tag when they were asked for") {
  const std::vector<std::string> pieces{content("Hm.</th"), content("ink>\\n"), content("\\nYes"),
                                        end("stop")};
  CHECK(view(true, true, pieces).shown == dim + "Hm." + plain + "\n\nYes\n");
  CHECK(view(false, true, pieces).shown == "Yes\n");
  CHECK(view(true, true, pieces).text == "Yes");
  CHECK(view(false, false, pieces).text == "Hm.</think>\n\nYes");
}

TEST_CASE("an answer keeps the line breaks it begins with when nothing was thought") {
  CHECK(view(false, false, {content("\\nYes"), end("stop")}).shown == "\nYes\n");
}

TEST_CASE("an answer that was cut says so at a terminal") {
  CHECK(view(true, false, {content("Hel"), end("length")}).shown ==
        "Hel\n" + dim + "(cut: no more tokens)" + plain + "\n");
  CHECK(view(false, false, {content("Hel"), end("length")}).shown == "Hel\n");
}

TEST_CASE("colours end with the answer, also when it was only thoughts") {
  const auto o = view(true, true, {content("Hm.</thi")});
  CHECK(o.shown == dim + "Hm.</thi" + plain + "\n");
  CHECK(o.text.empty());
  CHECK_FALSE(o.complete);
}

TEST_CASE("without a terminal every question has a line, even one with an empty answer") {
  CHECK(view(false, false, {end("stop")}).shown == "\n");
  CHECK(view(true, false, {end("stop")}).shown.empty());
}

TEST_CASE("an error event is an error, and what came before it stays") {
  const captured_file out;
  answer_view view{out.file(), false, false};
  REQUIRE(view.feed(content("Hel")).has_value());
  const auto failed = view.feed("data: {\"error\":{\"message\":\"model failed\"}}\n\n");
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message == "model failed");
  view.finish();
  CHECK(out.text() == "Hel\n");
  CHECK_FALSE(view.complete());
}
