#include "actors/session/answer_constraints.hpp"
#include "actors/session/tool_constraint.hpp"
#include "model/chat/output/answer_splitter.hpp"
#include "model/chat/output/json_scanner.hpp"
#include "model/chat/output/tool_call_markup.hpp"
#include "model/grammar/constrained_output.hpp"
#include "net/openai/decode.hpp"
#include "tests/model/chat/output/answer_fixtures.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <map>
#include <random>
#include <string>

using namespace hadal;
using namespace hadal::actors;

namespace {

using parser_kind = model::tool_call_parser_kind;

constexpr token_id end_token = 256;

/// Every byte, some words, and the tags that the formats have tokens for.
struct words {
  std::map<token_id, std::string> text;
  std::shared_ptr<const model::token_vocabulary> vocabulary;

  words() {
    std::vector<std::pair<token_id, std::string>> tokens;
    std::vector<model::token_vocabulary::added> added;
    for (int byte = 0; byte < 256; ++byte)
      tokens.emplace_back(byte, std::string(1, static_cast<char>(byte)));
    token_id next = end_token + 1;
    for (const char* word : {"{\"", "\":", "\"}", "{}", "true", "<｜", "begin｜>", "\n\n", ">\n"})
      tokens.emplace_back(next++, word);
    for (const auto tag :
         {model::tags::calls_begin, model::tags::calls_end, model::tags::call_begin,
          model::tags::call_end, model::tags::separator, model::dsml::mark})
      added.push_back({std::string(tag), next++});
    for (const auto& [id, bytes] : tokens)
      text[id] = bytes;
    for (const auto& tag : added)
      text[tag.id] = tag.content;
    vocabulary = std::make_shared<const model::token_vocabulary>(
        std::move(tokens), static_cast<std::size_t>(next), std::move(added));
  }
};

const words& all_words() {
  static const words all;
  return all;
}

model::compiled_grammar_ptr compiled(const model::constraint_source& source) {
  model::compile_budget budget;
  auto grammar = model::compile_constraint(source, all_words().vocabulary, budget);
  REQUIRE(grammar);
  return *grammar;
}

/// What holds an answer of this request.
model::output_constraint_ptr constraint_of(parser_kind parser, const std::string& form) {
  protocol::model_facts facts;
  facts.tool_call_parser = parser;
  const auto request = net::decode_chat_request(
      R"({"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":)"
      R"({"name":"f","parameters":{"properties":{"a":{"type":"boolean"}},"maxProperties":1,)"
      R"("additionalProperties":false}}},{"type":"function","function":{"name":"g"}}],)" +
      form + "}");
  REQUIRE(request);
  const auto calls = tool_constraint_of(*request, facts);
  REQUIRE(calls);
  REQUIRE(*calls);
  return std::make_shared<const model::output_constraint>(model::output_constraint{
      compiled(constraint_source_of(*request->generation.constraint)),
      {end_token},
      {},
      model::calls_in_place{compiled((*calls)->source), (*calls)->begin_in_place}});
}

/// Tokens that the masks allow, at random; with `calls` the answer begins with them.
struct random_answer {
  std::vector<token_id> tokens;
  bool ended = false;

  random_answer(const model::output_constraint_ptr& constraint, bool calls,
                std::mt19937_64& random) {
    model::constrained_output state(constraint);
    std::string text;
    const std::string& begin = constraint->calls->begin;
    while (tokens.size() < 120) {
      const auto mask = state.mask();
      REQUIRE(mask);
      std::vector<token_id> allowed;
      std::vector<token_id> leading; // towards calls
      for (const auto& [id, word] : all_words().text) {
        if (!(*mask)->allows(id))
          continue;
        allowed.push_back(id);
        if (calls && text.size() < begin.size() &&
            std::string_view(begin).substr(text.size()).starts_with(word))
          leading.push_back(id);
      }
      if (!leading.empty())
        allowed = std::move(leading);
      if (allowed.empty() || ((*mask)->allows(end_token) && random() % 4 == 0)) {
        REQUIRE((*mask)->allows(end_token));
        ended = true;
        return;
      }
      const auto id = allowed[random() % allowed.size()];
      REQUIRE(state.accept(id));
      tokens.push_back(id);
      text += all_words().text.at(id);
    }
  }
};

tests::joined_answer taken_apart(const random_answer& answer, parser_kind parser, bool whole) {
  model::answer_format format;
  format.tools = parser;
  format.calls.live = true;
  format.calls_or_text = true;
  model::answer_splitter splitter(format);
  tests::joined_answer joined;
  std::string text;
  for (const auto id : answer.tokens) {
    text += all_words().text.at(id);
    if (!whole)
      CHECK(joined.add(splitter.push(std::exchange(text, {}))));
  }
  if (whole)
    CHECK(joined.add(splitter.push(text)));
  CHECK(joined.add(splitter.finish(
      {answer.ended ? model::finish_reason::stop : model::finish_reason::length, {}, {}, {}})));
  return joined;
}

bool is_object(std::string_view text) {
  model::json_scanner scanner;
  return scanner.feed(text) == text.size() && scanner.complete() && text.starts_with('{');
}

} // namespace

TEST_CASE("whatever the masks let a model write is calls or text, never both and never broken") {
  std::mt19937_64 random(2026);
  const char* const forms[] = {R"("response_format":{"type":"json_object"})", R"("regex":"[^!]*")",
                               R"("guided_choice":["yes","<no>"])",
                               R"("ebnf":"root ::= [\\n<]{1,9} | \"<\" root")"};
  for (const auto parser :
       {parser_kind::deepseekv3, parser_kind::deepseekv31, parser_kind::deepseekv32}) {
    std::size_t ended_calls = 0;
    for (const auto* form : forms) {
      const auto constraint = constraint_of(parser, form);
      for (int round = 0; round < 60; ++round) {
        const bool calls = round % 2 == 0;
        const random_answer answer(constraint, calls, random);
        std::string text;
        for (const auto id : answer.tokens)
          text += all_words().text.at(id);
        CAPTURE(form, text, answer.ended);
        const auto joined = taken_apart(answer, parser, false);
        CHECK(tests::to_string(joined) == tests::to_string(taken_apart(answer, parser, true)));
        CHECK_FALSE(joined.fails);
        const bool begins_with_calls = text.starts_with(constraint->calls->begin);
        if (!begins_with_calls) {
          CHECK(joined.content == text);
          CHECK(joined.calls.empty());
          continue;
        }
        if (!answer.ended)
          continue;
        ++ended_calls;
        CHECK(joined.content.empty());
        REQUIRE_FALSE(joined.calls.empty());
        for (const auto& call : joined.calls) {
          CHECK((call.name == "f" || call.name == "g"));
          CHECK(is_object(call.arguments));
        }
      }
    }
    CHECK(ended_calls > 0);
  }
}
