#include "tests/model/chat/output/answer_fixtures.hpp"
#include "tests/support/catch.hpp"

#include "model/chat/output/tool_call_markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

using namespace hadal::model;
using namespace hadal::tests;

namespace {

void check(const answer_fixture& fixture, const std::vector<std::size_t>& cuts) {
  const joined_answer answer = taken_apart(fixture, cuts);
  if (answer == fixture.expected)
    return;
  INFO(fixture.name);
  INFO("text [" << fixture.text << "], " << cuts.size() << " cuts");
  CHECK(to_string(answer) == to_string(fixture.expected));
}

} // namespace

TEST_CASE("every fixture is taken for what it is, as a whole and byte by byte") {
  const auto fixtures = answer_fixtures();
  REQUIRE(fixtures.size() > 150);
  for (const auto& fixture : fixtures) {
    check(fixture, {});
    std::vector<std::size_t> everywhere(fixture.text.size());
    for (std::size_t i = 0; i < everywhere.size(); ++i)
      everywhere[i] = i;
    check(fixture, everywhere);
  }
}

TEST_CASE("every cut in two gives every fixture's answer") {
  for (const auto& fixture : answer_fixtures())
    for (std::size_t cut = 0; cut <= fixture.text.size(); ++cut)
      check(fixture, {cut});
}

// tests/fuzz/answer_fuzz.cpp does 10,000 of these for every fixture.
TEST_CASE("random cuts in many pieces give every fixture's answer") {
  std::mt19937 random(20240614);
  for (const auto& fixture : answer_fixtures())
    for (int round = 0; round < 500; ++round) {
      std::vector<std::size_t> cuts(1 + random() % 40);
      for (auto& cut : cuts)
        cut = random() % (fixture.text.size() + 1);
      std::sort(cuts.begin(), cuts.end());
      check(fixture, cuts);
    }
}

TEST_CASE("a call's name is sent before its arguments, and live arguments leave as they come") {
  answer_format format;
  format.tools = tool_call_parser_kind::deepseekv31;
  format.calls.live = true;
  answer_splitter splitter(format);
  CHECK(splitter.push("<｜tool▁call▁begin｜>get_we").empty());
  CHECK(splitter.push("ather").empty());
  auto delta = splitter.push("<｜tool▁sep｜>");
  REQUIRE(delta.calls.size() == 1);
  CHECK(delta.calls[0].id.starts_with("call_"));
  CHECK(delta.calls[0].name == "get_weather");
  CHECK(delta.calls[0].arguments.empty());
  delta = splitter.push(R"({"city")");
  REQUIRE(delta.calls.size() == 1);
  CHECK(delta.calls[0].id.empty());
  CHECK(delta.calls[0].arguments == R"({"city")");
}

TEST_CASE("a held call is sent once it has closed and not before") {
  answer_format format;
  format.tools = tool_call_parser_kind::deepseekv31;
  answer_splitter splitter(format);
  CHECK(splitter.push("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}").empty());
  const auto delta = splitter.push("<｜tool▁call▁end｜>");
  REQUIRE(delta.calls.size() == 1);
  CHECK(delta.calls[0].name == "f");
  CHECK(delta.calls[0].arguments == "{}");
  CHECK(splitter.finish({finish_reason::stop, {}, 1, {}}).finish->reason ==
        finish_reason::tool_calls);
}

TEST_CASE("text that cannot become markup is not held back") {
  answer_format format;
  format.reasoning = reasoning_parser::deepseek_r1;
  format.starts_in_reasoning = true;
  format.tools = tool_call_parser_kind::deepseekv32;
  answer_splitter splitter(format);
  CHECK(splitter.push("a").reasoning == "a");
  CHECK(splitter.push("b </thi").reasoning == "b ");
  CHECK(splitter.push("s").reasoning == "</this");
  CHECK(splitter.push("</think>c").content == "c");
  CHECK(splitter.push("\nd\n\n").content == "\nd");
  CHECK(splitter.push("e").content == "\n\ne");
}

TEST_CASE("reasoning that is not streamed comes in one piece when it ends") {
  answer_format format;
  format.reasoning = reasoning_parser::deepseek_r1;
  format.starts_in_reasoning = true;
  format.stream_reasoning = false;
  answer_splitter splitter(format);
  CHECK(splitter.push("a long ").empty());
  CHECK(splitter.push("thought").empty());
  const auto delta = splitter.push("</think>four");
  CHECK(delta.reasoning == "a long thought");
  CHECK(delta.content == "four");
  answer_splitter cut(format);
  CHECK(cut.push("half a tho").empty());
  CHECK(cut.finish({finish_reason::length, {}, {}, {}}).reasoning == "half a tho");
}

TEST_CASE("what is decided grows with the text and ends at a stop string") {
  answer_format format;
  format.reasoning = reasoning_parser::deepseek_r1;
  format.starts_in_reasoning = true;
  answer_splitter splitter(format, {"STOP"});
  splitter.push("ab</th");
  CHECK(splitter.decided() == 2);
  splitter.push("ink>cd ST");
  CHECK(splitter.decided() == 13);
  CHECK_FALSE(splitter.done());
  const auto last = splitter.push("OP ef");
  CHECK(splitter.done());
  CHECK(splitter.decided() == 13);
  REQUIRE(last.finish);
  CHECK(last.finish->reason == finish_reason::stop);
  CHECK(last.finish->matched_stop == "STOP");
}

namespace {

/// A block with one call of f, and with a second call if `more`.
std::string block(tool_call_parser_kind kind, bool more = false) {
  const auto& m = markup_of(kind);
  const auto call = fmt::format("{}f{}{{}}{}", m.call_begin, m.after_name, m.call_end);
  return fmt::format("{}{}{}{}", m.block_begin, call,
                     more ? fmt::format("{}{}", m.separator, call) : "", m.block_end);
}

answer_fixture bound_answer(tool_call_parser_kind kind, std::string text) {
  answer_fixture f;
  f.format.tools = kind;
  f.format.calls.live = true;
  f.format.calls_or_text = true;
  f.text = std::move(text);
  return f;
}

void check_every_cut(const answer_fixture& fixture) {
  for (std::size_t cut = 0; cut <= fixture.text.size(); ++cut)
    check(fixture, {cut});
}

} // namespace

TEST_CASE("an answer that is calls or text is calls where it begins with them, text otherwise") {
  for (const auto kind : tool_call_parser_kinds) {
    if (kind == tool_call_parser_kind::none)
      continue;
    auto calls = bound_answer(kind, block(kind, true));
    calls.expected.calls = {{"f", "{}"}, {"f", "{}"}};
    check_every_cut(calls);
    for (const auto& text :
         {" " + block(kind), "{\"a\": \"" + block(kind) + "\"}",
          std::string(markup_of(kind).call_begin) + "f", block(kind).substr(1)}) {
      auto other = bound_answer(kind, text);
      other.expected.content = text;
      check_every_cut(other);
    }
  }
}

TEST_CASE("the beginning of calls that is not whole is text at the end") {
  const auto kind = tool_call_parser_kind::deepseekv32;
  for (const auto end : {finish_reason::stop, finish_reason::length}) {
    auto half = bound_answer(kind, "\n\n<｜DSML｜function_calls>");
    half.end = end;
    half.expected.content = half.text;
    check_every_cut(half);
  }
}

TEST_CASE("calls or text come after the reasoning, parsed or not") {
  const auto kind = tool_call_parser_kind::deepseekv31;
  const std::string reasoning = "why " + block(kind);
  auto parsed = bound_answer(kind, reasoning + "</think>" + block(kind));
  parsed.format.reasoning = reasoning_parser::deepseek_v3;
  parsed.format.starts_in_reasoning = true;
  parsed.expected.reasoning = reasoning;
  parsed.expected.calls = {{"f", "{}"}};
  check_every_cut(parsed);
  auto unparsed = bound_answer(kind, parsed.text);
  unparsed.format.reasons_unparsed = true;
  unparsed.expected.content = reasoning + "</think>";
  unparsed.expected.calls = parsed.expected.calls;
  check_every_cut(unparsed);
  auto text = bound_answer(kind, reasoning + "</think>{" + block(kind) + "}");
  text.format.reasons_unparsed = true;
  text.expected.content = text.text;
  check_every_cut(text);
}

TEST_CASE("stops end a text that is no calls, and what is decided counts it") {
  auto format = bound_answer(tool_call_parser_kind::deepseekv31, "").format;
  format.calls.first_call_only = true;
  format.reasons_unparsed = true;
  answer_splitter text(format, {"STOP"});
  CHECK(text.push("why</think>yes STOP no").content == "why</think>yes ");
  CHECK(text.done());
  CHECK(text.decided() == 15);
  answer_splitter calls(format, {"STOP"});
  CHECK(
      calls.push("why</think>" + block(tool_call_parser_kind::deepseekv31) + "rest").calls.size() >
      0);
  CHECK(calls.done());
  CHECK(calls.decided() ==
        11 + block(tool_call_parser_kind::deepseekv31).size() - tags::calls_end.size());
}

TEST_CASE("special tokens that the markup is made of are known by their text") {
  answer_format format;
  CHECK_FALSE(is_markup("<think>", format));
  CHECK_FALSE(is_markup("<｜tool▁sep｜>", format));
  format.reasoning = reasoning_parser::deepseek_v3;
  CHECK(is_markup("</think>", format));
  format.tools = tool_call_parser_kind::deepseekv3;
  CHECK(is_markup("<｜tool▁sep｜>", format));
  CHECK_FALSE(is_markup("｜DSML｜", format));
  CHECK_FALSE(is_markup("<｜User｜>", format));
  format.tools = tool_call_parser_kind::deepseekv32;
  CHECK(is_markup("｜DSML｜", format));
  CHECK_FALSE(is_markup("<｜tool▁sep｜>", format));
}
