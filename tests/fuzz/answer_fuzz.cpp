// Answers of every format: however the model's text is cut into pieces, the joined result is the
// same. Arguments of calls are JSON unless the answer was cut short, and no result is longer than
// the model's text.
#include "model/chat/output/json_scanner.hpp"
#include "model/chat/output/tool_call_markup.hpp"
#include "tests/fuzz/fuzz_loop.hpp"
#include "tests/model/chat/output/answer_fixtures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>

using namespace hadal;
using namespace hadal::model;
using namespace hadal::tests;

namespace {

bool is_json_object(std::string_view text) {
  json_scanner scanner;
  const std::size_t count = scanner.feed(text);
  return scanner.complete() && text.find_first_not_of(" \t\r\n", count) == std::string_view::npos;
}

std::vector<std::size_t> random_cuts(std::size_t size, std::mt19937_64& random) {
  std::vector<std::size_t> cuts(random() % 24);
  for (auto& cut : cuts)
    cut = random() % (size + 1);
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

constexpr const char* hidden_token = "<｜end▁of▁sentence｜>";

/// The first two bytes choose the format, the rest is the answer.
answer_fixture fixture_of(std::string_view bytes) {
  answer_fixture f;
  const auto head = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  const unsigned a = head(0);
  const unsigned b = head(1);
  f.format.reasoning = reasoning_parsers[a % reasoning_parsers.size()];
  f.format.tools = tool_call_parser_kinds[a / 4 % tool_call_parser_kinds.size()];
  f.format.starts_in_reasoning = (a & 64) != 0;
  f.format.separate_reasoning = (a & 128) == 0;
  f.format.stream_reasoning = (b & 1) == 0;
  f.format.calls.live = (b & 2) != 0;
  f.format.calls.first_call_only = (b & 12) == 12;
  f.format.calls_or_text = (b & 128) != 0;
  f.format.reasons_unparsed = (a & 32) != 0;
  f.end = (b & 16) != 0 ? finish_reason::length : finish_reason::stop;
  if ((b & 96) == 96)
    f.stops = {"ab", "<｜", "\n\n", hidden_token, "a<｜e"};
  if ((b & 64) != 0)
    f.hidden = {hidden_token};
  f.text = bytes.size() > 2 ? bytes.substr(2) : std::string_view();
  return f;
}

/// Whether the answer must be all content: calls or text are allowed and it begins as text.
bool is_text_alone(const answer_fixture& f) {
  return f.format.calls_or_text && f.format.reasoning == reasoning_parser::none &&
         !f.format.reasons_unparsed && f.stops.empty() && f.hidden.empty() &&
         f.format.tools != tool_call_parser_kind::none &&
         !f.text.starts_with(markup_of(f.format.tools).block_begin);
}

void check_answer(std::string_view bytes, std::mt19937_64& random) {
  const answer_fixture fixture = fixture_of(bytes);
  const joined_answer whole = taken_apart(fixture, {});
  for (int round = 0; round < 4; ++round)
    fuzz_require(taken_apart(fixture, random_cuts(fixture.text.size(), random)) == whole,
                 "a cut changes the answer");
  if (fixture.end == finish_reason::stop && !whole.fails)
    for (const auto& call : whole.calls)
      fuzz_require(is_json_object(call.arguments), "arguments are no JSON object");
  if (is_text_alone(fixture))
    fuzz_require(whole.content == fixture.text && whole.calls.empty(), "a text is taken apart");
  fuzz_require(!whole.fails || fixture.format.calls.live, "a held call fails an answer");
  fuzz_require(whole.content.size() + whole.reasoning.size() <= fixture.text.size(),
               "an answer has more text than its model wrote");
}

/// Each fixture at 10,000 random cuts.
void cut_fixtures(const std::vector<answer_fixture>& fixtures, std::mt19937_64& random) {
  for (const auto& fixture : fixtures)
    for (int round = 0; round < 10'000; ++round)
      fuzz_require(taken_apart(fixture, random_cuts(fixture.text.size(), random)) ==
                       fixture.expected,
                   fixture.name);
}

} // namespace

int main(int argc, char** argv) {
  fuzz_target target;
  target.name = "answer";
  target.check = check_answer;
  const auto fixtures = answer_fixtures();
  for (const auto kind : tool_call_parser_kinds)
    if (kind != tool_call_parser_kind::none) {
      const auto& m = markup_of(kind);
      for (const char* before : {"", "why</think>", "{"})
        target.seeds.push_back(fmt::format(
            "{}\x82{}{}{}f{}{{}}{}{}", static_cast<char>(static_cast<int>(kind) * 4), before,
            m.block_begin, m.call_begin, m.after_name, m.call_end, m.block_end));
    }
  std::mt19937_64 random(1);
  for (const auto& fixture : fixtures) {
    const auto head = static_cast<char>(random());
    target.seeds.push_back(std::string{head, static_cast<char>(random())} + fixture.text);
  }
  for (const auto tag :
       {tags::think_begin, tags::think_end, tags::calls_begin, tags::calls_end, tags::call_begin,
        tags::call_end, tags::separator, dsml::calls_begin, dsml::calls_end, dsml::call_begin,
        dsml::call_end, dsml::parameter_begin, dsml::parameter_end})
    target.dictionary.emplace_back(tag);
  for (const char* word : {hidden_token, "{}", "\"}", "\n```json\n", "\n```", "\" string=\"true\">",
                           "\" string=\"false\">", "\">\n", "\"/>", "\\u00e9", "\n\n", "1e5"})
    target.dictionary.emplace_back(word);
  if (argc > 1 && std::atof(argv[1]) >= 60)
    cut_fixtures(fixtures, random);
  return fuzz(argc, argv, target);
}
