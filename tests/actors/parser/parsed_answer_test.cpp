#include "actors/parser/choice_output.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <sstream>

using namespace hadal;
using namespace hadal::actors;
using namespace hadal::protocol;

namespace {

constexpr token_id eos = 1;

std::string text_of(const char* path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A vocabulary with the tokens of V3.1's markup, which may be special.
std::shared_ptr<const model::tokenizer> vocabulary(bool special_markup = false) {
  auto json = nlohmann::json::parse(text_of("tests/fixtures/tokenizer/v3/tokenizer.json"));
  for (auto& added : json["added_tokens"])
    if (added["id"] >= 480)
      added["special"] = special_markup;
  auto parsed = model::tokenizer::parse(
      json.dump(), text_of("tests/fixtures/tokenizer/v3/tokenizer_config.json"));
  REQUIRE(parsed);
  return *parsed;
}

struct parsed {
  std::string reasoning;
  std::string text;
  std::vector<model::tool_call_piece> calls; // joined
  std::vector<std::string> entries;
  std::uint32_t completion_tokens = 0;
  std::uint32_t reasoning_tokens = 0;
  std::optional<model::finish> finish;
};

/// Runs the tokens of `text` (added tokens are recognised in it), then the end token or the limit.
parsed run(const output_spec& spec, std::string_view text,
           model::finish_reason end = model::finish_reason::stop, bool special_markup = false) {
  auto tokens = vocabulary(special_markup);
  auto ids = tokens->encode_raw(text, false);
  REQUIRE(ids);
  if (end == model::finish_reason::stop)
    ids->push_back(eos);
  choice_output choice(std::make_shared<const output_spec>(spec), tokens);
  parsed all;
  for (std::size_t i = 0; i < ids->size() && !all.finish; ++i) {
    sequence_tokens next;
    next.tokens.emplace_back().id = (*ids)[i];
    if (i + 1 == ids->size())
      next.finish = model::finish{end, {}, {}, {}};
    auto delta = choice.push(next);
    all.reasoning += delta.output.reasoning;
    all.text += delta.output.content;
    for (auto& piece : delta.output.calls) {
      if (!piece.id.empty())
        all.calls.push_back({piece.index, piece.id, piece.name, {}});
      REQUIRE(piece.index + 1 == all.calls.size());
      all.calls.back().arguments += piece.arguments;
    }
    for (const auto& entry : delta.logprobs)
      all.entries.emplace_back(tokens->token_bytes(entry.id));
    all.completion_tokens = delta.completion_tokens;
    all.reasoning_tokens = delta.reasoning_tokens;
    all.finish = delta.output.finish;
  }
  REQUIRE(all.finish);
  return all;
}

output_spec chat_spec() {
  output_spec spec;
  spec.format.reasoning = model::reasoning_parser::deepseek_v3;
  spec.format.starts_in_reasoning = true;
  spec.format.tools = model::tool_call_parser_kind::deepseekv31;
  spec.format.calls.id_seed = 7;
  spec.logprobs = true;
  return spec;
}

const std::string two_calls =
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜>"
    "<｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>";

} // namespace

TEST_CASE("reasoning, content and calls are told apart, and calls end the turn") {
  const auto all = run(chat_spec(), "hm</think>Two calls." + two_calls);
  CHECK(all.reasoning == "hm");
  CHECK(all.text == "Two calls.");
  REQUIRE(all.calls.size() == 2);
  CHECK(all.calls[0].name == "f");
  CHECK(all.calls[0].arguments == "{\"a\": 1}");
  CHECK(all.calls[1].name == "g");
  CHECK(all.finish->reason == model::finish_reason::tool_calls);
  CHECK_FALSE(all.finish->matched_token);
}

TEST_CASE("ids of calls are distinct, 24 characters long, and a function of the seed") {
  auto spec = chat_spec();
  std::set<std::string> ids;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    spec.format.calls.id_seed = seed;
    const auto all = run(spec, "</think>" + two_calls);
    CHECK(run(spec, "</think>" + two_calls).calls[1].id == all.calls[1].id);
    for (const auto& call : all.calls) {
      CHECK(call.id.substr(0, 5) == "call_");
      CHECK(call.id.size() == 29);
      ids.insert(call.id);
    }
  }
  CHECK(ids.size() == 16);
}

TEST_CASE("markup that is special is read although special tokens are skipped") {
  const auto all =
      run(chat_spec(), "hm</think>x<｜User｜>y" + two_calls, model::finish_reason::stop, true);
  CHECK(all.reasoning == "hm");
  CHECK(all.text == "xy");
  CHECK(all.calls.size() == 2);
  const std::string broken = "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{]<｜tool▁call▁end｜>";
  CHECK(run(chat_spec(), "</think>" + broken, model::finish_reason::stop, true).text == broken);
  auto plain = chat_spec();
  plain.format = {};
  CHECK(run(plain, "hm</think>" + two_calls, model::finish_reason::stop, true).text ==
        "hmf{\"a\": 1}g{}");
}

TEST_CASE("a limit is the reason even where calls are whole") {
  const auto all = run(chat_spec(), "</think>" + two_calls, model::finish_reason::length);
  CHECK(all.calls.size() == 2);
  CHECK(all.finish->reason == model::finish_reason::length);
}

TEST_CASE("a call that breaks is no call, and the reason says so") {
  const auto all = run(chat_spec(), "</think><｜tool▁call▁begin｜>f<｜tool▁sep｜>{");
  CHECK(all.calls.empty());
  CHECK(all.text == "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{");
  CHECK(all.finish->reason == model::finish_reason::stop);
}

TEST_CASE("the first call ends the answer where one is enough") {
  auto spec = chat_spec();
  spec.format.calls.first_call_only = true;
  const auto all = run(spec, "</think>" + two_calls + "more");
  REQUIRE(all.calls.size() == 1);
  CHECK(all.calls[0].name == "f");
  CHECK(all.text.empty());
  CHECK(all.finish->reason == model::finish_reason::tool_calls);
  CHECK(all.entries.back() == "<｜tool▁call▁end｜>");
}

TEST_CASE("a live call that breaks ends the choice with a failure") {
  auto spec = chat_spec();
  spec.format.calls.live = true;
  const auto all = run(spec, "</think><｜tool▁call▁begin｜>f<｜tool▁sep｜>{]<｜tool▁call▁end｜>");
  REQUIRE(all.calls.size() == 1);
  CHECK(all.calls[0].arguments == "{");
  CHECK(all.finish->reason == model::finish_reason::failed);
  CHECK_FALSE(all.finish->failure.message.empty());
}

TEST_CASE("every token of reasoning and calls has its log probability, the end token none") {
  const std::string text = "hm</think>x" + two_calls;
  const auto all = run(chat_spec(), text);
  std::string joined;
  for (const auto& entry : all.entries)
    joined += entry;
  CHECK(joined == text);
  CHECK(all.entries.size() + 1 == all.completion_tokens);
}

TEST_CASE("tokens of the reasoning are counted up to its end, the tag included") {
  auto spec = chat_spec();
  CHECK(run(spec, "</think>x").reasoning_tokens == 1);
  CHECK(run(spec, "1234567890</think>x").reasoning_tokens ==
        run(spec, "1234567890", model::finish_reason::length).completion_tokens + 1);
  CHECK(run(spec, "1 2 3", model::finish_reason::length).reasoning_tokens ==
        run(spec, "1 2 3", model::finish_reason::length).completion_tokens);
  spec.format.starts_in_reasoning = false;
  CHECK(run(spec, "x</think>").reasoning_tokens == 0);
  CHECK(run(spec, "<think></think>x").reasoning_tokens == 2);
  spec.format.separate_reasoning = false;
  CHECK(run(spec, "<think></think>x").reasoning_tokens == 2);
}

TEST_CASE("stop strings count outside the reasoning only") {
  auto spec = chat_spec();
  spec.stop = {"END"};
  const auto all = run(spec, "one END</think>two END three");
  CHECK(all.reasoning == "one END");
  CHECK(all.text == "two ");
  CHECK(all.finish->reason == model::finish_reason::stop);
  CHECK(all.finish->matched_stop == "END");
}
