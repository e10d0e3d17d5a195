#include "actors/parser/choice_output.hpp"
#include "model/tokenizer/tokenizer.hpp"
#include "tests/support/byte_tokenizer.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

using namespace hadal;
using namespace hadal::actors;
using namespace hadal::protocol;

namespace {

/// What a client receives of a choice, pieces joined.
struct joined {
  std::string text;
  std::vector<std::string> entries; // bytes of the tokens with log probabilities
  std::optional<model::finish> finish;
  std::uint32_t completion_tokens = 0;
  std::size_t tokens_used = 0;
};

using ending = std::optional<model::finish>;

const ending at_limit = model::finish{model::finish_reason::length, {}, {}, {}};
const ending at_end_token = model::finish{model::finish_reason::stop, {}, tests::eos_id, {}};

sequence_tokens token(token_id id, const ending& end = {}) {
  sequence_tokens t;
  t.sequence = sequence_id{1};
  model::sampled_token& sampled = t.tokens.emplace_back();
  sampled.id = id;
  sampled.logprob = -0.5f;
  t.finish = end;
  return t;
}

/// Pushes tokens, so many at a time, until the choice ends; the last push carries `end`.
joined run(output_spec spec, const std::vector<token_id>& ids, const ending& end = at_limit,
           std::size_t at_a_time = 1) {
  choice_output choice(std::make_shared<const output_spec>(std::move(spec)),
                       tests::byte_tokenizer());
  joined all;
  for (std::size_t i = 0; i < ids.size();) {
    auto tokens = token(ids[i++]);
    for (std::size_t k = 1; k < at_a_time && i < ids.size(); ++k)
      tokens.tokens.push_back(token(ids[i++]).tokens.front());
    if (i == ids.size())
      tokens.finish = end;
    auto delta = choice.push(tokens);
    all.text += delta.output.content;
    for (const auto& entry : delta.logprobs)
      all.entries.emplace_back(tests::byte_tokenizer()->token_bytes(entry.id));
    all.completion_tokens = delta.completion_tokens;
    ++all.tokens_used;
    if (delta.output.finish) {
      all.finish = delta.output.finish;
      break;
    }
  }
  return all;
}

output_spec stopping_at(std::vector<std::string> stop) {
  output_spec spec;
  spec.stop = std::move(stop);
  spec.logprobs = true;
  return spec;
}

} // namespace

TEST_CASE("text comes out token by token when nothing can hold it back") {
  choice_output choice(std::make_shared<const output_spec>(), tests::byte_tokenizer());
  CHECK(choice.push(token('h')).output.content == "h");
  CHECK(choice.push(token('i')).output.content == "i");
  auto last = choice.push(token('!', at_limit));
  CHECK(last.output.content == "!");
  REQUIRE(last.output.finish);
  CHECK(last.output.finish->reason == model::finish_reason::length);
  CHECK(last.completion_tokens == 3);
}

TEST_CASE("half a character is held back until it is whole") {
  choice_output choice(std::make_shared<const output_spec>(), tests::byte_tokenizer());
  CHECK(choice.push(token(0xe4)).output.content.empty());
  CHECK(choice.push(token(0xb8)).output.content.empty());
  CHECK(choice.push(token(0xad)).output.content == "\xe4\xb8\xad");
}

TEST_CASE("a stream that ends inside a character ends in U+FFFD") {
  auto all = run({}, {'a', 0xe4, 0xb8});
  CHECK(all.text == "a\xef\xbf\xbd");
}

TEST_CASE("a stop string over several tokens ends the text before it") {
  auto all = run(stopping_at({"END"}), tests::bytes_of("some text END and more"));
  CHECK(all.text == "some text ");
  REQUIRE(all.finish);
  CHECK(all.finish->reason == model::finish_reason::stop);
  CHECK(all.finish->matched_stop == "END");
  CHECK(all.completion_tokens == 13);
  CHECK(all.tokens_used == 13);
}

TEST_CASE("what could have become a stop string comes out once it has not") {
  choice_output choice(std::make_shared<const output_spec>(stopping_at({"END"})),
                       tests::byte_tokenizer());
  CHECK(choice.push(token('E')).output.content.empty());
  CHECK(choice.push(token('N')).output.content.empty());
  CHECK(choice.push(token('X')).output.content == "ENX");
  CHECK(choice.push(token('E')).output.content.empty());
  CHECK(choice.push(token('E', at_limit)).output.content == "EE");
}

TEST_CASE("a stop string with a repeating beginning is found") {
  auto all = run(stopping_at({"aab"}), tests::bytes_of("aaab!"));
  CHECK(all.text == "a");
  CHECK(all.finish->matched_stop == "aab");
}

TEST_CASE("of stop strings that end together the longest wins") {
  auto all = run(stopping_at({"b", "ab"}), tests::bytes_of("xxab"));
  CHECK(all.text == "xx");
  CHECK(all.finish->matched_stop == "ab");
}

TEST_CASE("the stop string that is complete first wins") {
  auto all = run(stopping_at({"abcd", "bc"}), tests::bytes_of("xabcd"));
  CHECK(all.text == "xa");
  CHECK(all.finish->matched_stop == "bc");
}

TEST_CASE("the stop string stays when it is asked for") {
  auto spec = stopping_at({"END"});
  spec.include_stop_str_in_output = true;
  auto all = run(spec, tests::bytes_of("go END on"));
  CHECK(all.text == "go END");
  CHECK(all.entries.size() == 6);
}

TEST_CASE("tokens that come together give what they give one by one") {
  auto ids = tests::bytes_of("some text END and more");
  for (const auto& stop : {"END", "more", "xyz"}) {
    const auto alone = run(stopping_at({stop}), ids, at_end_token);
    for (std::size_t at_a_time : {2, 3, 5, 50}) {
      const auto all = run(stopping_at({stop}), ids, at_end_token, at_a_time);
      INFO(stop << ", " << at_a_time << " at a time");
      CHECK(all.text == alone.text);
      CHECK(all.entries == alone.entries);
      CHECK(all.completion_tokens == alone.completion_tokens);
      REQUIRE((all.finish && alone.finish));
      CHECK(all.finish->reason == alone.finish->reason);
      CHECK(all.finish->matched_stop == alone.finish->matched_stop);
    }
  }
}

TEST_CASE("log probabilities go with the text that their tokens begin in") {
  auto all = run(stopping_at({"END"}), tests::bytes_of("go END on"));
  CHECK(all.text == "go ");
  CHECK(all.entries == std::vector<std::string>{"g", "o", " "});
}

TEST_CASE("a token held back with its text keeps its log probability back too") {
  choice_output choice(std::make_shared<const output_spec>(stopping_at({"END"})),
                       tests::byte_tokenizer());
  CHECK(choice.push(token('E')).logprobs.empty());
  auto delta = choice.push(token('x'));
  REQUIRE(delta.logprobs.size() == 2);
  CHECK(delta.logprobs[0].id == 'E');
}

TEST_CASE("half a character has its log probability once the character is out") {
  output_spec spec;
  spec.logprobs = true;
  choice_output choice(std::make_shared<const output_spec>(spec), tests::byte_tokenizer());
  CHECK(choice.push(token(0xc3)).logprobs.empty());
  CHECK(choice.push(token(0xa9)).logprobs.size() == 2);
}

TEST_CASE("the end token has neither text nor log probability but counts") {
  output_spec spec;
  spec.logprobs = true;
  spec.return_token_ids = true;
  choice_output choice(std::make_shared<const output_spec>(spec), tests::byte_tokenizer());
  choice.push(token('a'));
  auto delta = choice.push(token(tests::eos_id, at_end_token));
  CHECK(delta.output.content.empty());
  CHECK(delta.logprobs.empty());
  CHECK(delta.completion_tokens == 2);
  CHECK(delta.token_ids == std::vector<token_id>{tests::eos_id});
  REQUIRE(delta.output.finish);
  CHECK(delta.output.finish->reason == model::finish_reason::stop);
  CHECK(delta.output.finish->matched_token == tests::eos_id);
}

TEST_CASE("a stop string that is complete before min_tokens does not count") {
  auto spec = stopping_at({"ab"});
  spec.min_tokens = 4;
  auto all = run(spec, tests::bytes_of("abcdabx"));
  CHECK(all.text == "abcd");
  CHECK(all.finish->reason == model::finish_reason::stop);
}

TEST_CASE("special tokens are shown only when asked for") {
  output_spec spec;
  spec.logprobs = true;
  CHECK(run(spec, {'a', tests::bos_id, 'b'}).text == "ab");
  CHECK(run(spec, {'a', tests::bos_id, 'b'}).entries == std::vector<std::string>{"a", "b"});
  spec.skip_special_tokens = false;
  CHECK(run(spec, {'a', tests::bos_id, 'b'}).text == "a<bos>b");
}

TEST_CASE("an end token that is ignored has a log probability exactly when its text is shown") {
  output_spec spec;
  spec.logprobs = true;
  const std::vector<token_id> ids{'a', tests::eos_id, 'b', tests::eos_id};
  auto hidden = run(spec, ids);
  CHECK(hidden.text == "ab");
  CHECK(hidden.entries == std::vector<std::string>{"a", "b"});
  spec.skip_special_tokens = false;
  auto shown = run(spec, ids);
  CHECK(shown.text == "a<eos>b<eos>");
  CHECK(shown.entries == std::vector<std::string>{"a", "<eos>", "b", "<eos>"});
  CHECK(shown.completion_tokens == 4);
}

TEST_CASE("a failure gives the text so far and says why") {
  choice_output choice(std::make_shared<const output_spec>(stopping_at({"END"})),
                       tests::byte_tokenizer());
  choice.push(token('E'));
  sequence_tokens end;
  end.sequence = sequence_id{1};
  end.finish = model::failed({error_code::model_failed, "gone", {}});
  auto delta = choice.push(end);
  CHECK(delta.output.content == "E");
  REQUIRE(delta.output.finish);
  CHECK(delta.output.finish->reason == model::finish_reason::failed);
  CHECK(delta.output.finish->failure.message == "gone");
  CHECK(delta.completion_tokens == 1);
}

TEST_CASE("without a tokenizer there are ids and no text") {
  output_spec spec;
  spec.return_token_ids = true;
  choice_output choice(std::make_shared<const output_spec>(spec), nullptr);
  auto delta = choice.push(token(70'000, at_limit));
  CHECK(delta.output.content.empty());
  CHECK(delta.token_ids == std::vector<token_id>{70'000});
  CHECK(delta.output.finish);
}

TEST_CASE("a stop string that is a special token ends the choice, shown or not") {
  auto spec = stopping_at({"<eos>"});
  const std::vector<token_id> ids{'a', 'b', tests::eos_id, 'c'};
  for (const bool skips : {true, false}) {
    spec.skip_special_tokens = skips;
    auto all = run(spec, ids);
    CHECK(all.text == "ab");
    CHECK(all.entries == std::vector<std::string>{"a", "b"});
    REQUIRE(all.finish);
    CHECK(all.finish->reason == model::finish_reason::stop);
    CHECK(all.finish->matched_stop == "<eos>");
    CHECK(all.completion_tokens == 3);
  }
}

TEST_CASE("a stop string stays as far as its tokens are shown") {
  auto spec = stopping_at({"b<eos>"});
  spec.include_stop_str_in_output = true;
  const std::vector<token_id> ids{'a', 'b', tests::eos_id, 'c'};
  CHECK(run(spec, ids).text == "ab");
  CHECK(run(spec, ids).entries == std::vector<std::string>{"a", "b"});
  spec.skip_special_tokens = false;
  CHECK(run(spec, ids).text == "ab<eos>");
  CHECK(run(spec, ids).entries == std::vector<std::string>{"a", "b", "<eos>"});
}

TEST_CASE("a stop string does not match across a special token that is not shown") {
  auto all = run(stopping_at({"ab"}), {'a', tests::eos_id, 'b', 'a', 'b', 'c'});
  CHECK(all.text == "ab");
  CHECK(all.finish->matched_stop == "ab");
  CHECK(all.completion_tokens == 5);
}

TEST_CASE("a special token before min_tokens is no stop, a later one is") {
  auto spec = stopping_at({"<eos>"});
  spec.min_tokens = 3;
  auto all = run(spec, {'a', tests::eos_id, 'b', tests::eos_id, 'c'});
  CHECK(all.text == "ab");
  CHECK(all.completion_tokens == 4);
  CHECK(all.finish->reason == model::finish_reason::stop);
}

TEST_CASE("an added token that is not special is a stop string like any text") {
  constexpr token_id user_id = 258;
  CHECK(run(stopping_at({"<user>"}), {'a', user_id, 'b'}).text == "a");
  CHECK(run(stopping_at({"a<us"}), {'x', 'a', user_id, 'b'}).text == "x");
}
