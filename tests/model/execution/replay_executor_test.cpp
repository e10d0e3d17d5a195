#include "model/execution/replay_executor.hpp"

#include "model/tokenizer/tokenizer.hpp"
#include "tests/model/execution/executor_driver.hpp"

namespace hadal::model {

namespace {

constexpr std::int32_t model_rows = 4000; // beyond every id of the fixture's tokenizer
const char* const folder = HADAL_SOURCE_DIR "/tests/fixtures/tokenizer/v3";

executor_info small_info() {
  executor_info info;
  info.vocab_size = model_rows;
  info.context_length = 512;
  info.page_count = 64;
  info.slot_count = 4;
  info.max_step_tokens = 64;
  return info;
}

struct player {
  std::shared_ptr<const tokenizer> vocabulary;
  std::unique_ptr<replay_executor> executor;

  explicit player(const std::string& lines) {
    auto script = parse_replay_script(lines, "s.jsonl");
    REQUIRE(script.has_value());
    auto loaded = tokenizer::load(folder, {model_rows, script->token_texts()});
    REQUIRE(loaded.has_value());
    vocabulary = *loaded;
    auto made =
        replay_executor::make(small_info(), *script, vocabulary, vocabulary->eos_id().value());
    REQUIRE(made.has_value());
    executor = std::move(*made);
  }

  testing::driven_request request(const std::string& prompt, std::size_t tokens) const {
    auto ids = vocabulary->encode_raw(prompt, true);
    REQUIRE(ids.has_value());
    return {*ids, tokens, {}, 0};
  }

  std::vector<std::string> texts(const std::string& prompt, std::size_t tokens) const {
    testing::executor_driver driver(*executor, 3);
    std::vector<std::string> texts;
    const auto ids = driver.run({request(prompt, tokens)}).front();
    for (token_id id : ids)
      texts.push_back(vocabulary->token_text(id));
    return texts;
  }
};

const std::string eos = "<｜end▁of▁sentence｜>";

} // namespace

TEST_CASE("pieces are one token each of exactly their text, and the end token follows for ever") {
  player p(R"({"pieces": ["<thi", "nk>", "", "no such word", "<｜end▁of▁sentence｜>", "ü"]})");
  CHECK(p.texts("x", 8) ==
        std::vector<std::string>{"<thi", "nk>", "", "no such word", eos, "ü", eos, eos});
}

TEST_CASE("a piece that the vocabulary has keeps its id, others get ids beyond the model's rows") {
  player p(R"({"pieces": ["<｜User｜>", "a", "no such word", "no such word", "nor this"]})");
  testing::executor_driver driver(*p.executor, 8);
  const auto ids = driver.run({p.request("x", 5)}).front();
  CHECK(ids[0] == p.vocabulary->find_added("<｜User｜>").value());
  CHECK(ids[1] < model_rows);
  CHECK(ids[2] == model_rows);
  CHECK(ids[3] == model_rows);
  CHECK(ids[4] == model_rows + 1);
  CHECK(p.executor->info().vocab_size == model_rows + 2);
  CHECK_FALSE(p.executor->info().takes_masks);
}

TEST_CASE("text is tokenized as the model would write it, special tokens as tokens") {
  player p(R"({"text": "Hello world<｜User｜>ok"})");
  auto ids = p.vocabulary->encode_raw("Hello world<｜User｜>ok", false);
  REQUIRE(ids.has_value());
  testing::executor_driver driver(*p.executor, 8);
  auto played = driver.run({p.request("x", ids->size() + 1)}).front();
  ids->push_back(p.vocabulary->eos_id().value());
  CHECK(played == *ids);
}

TEST_CASE("the first line whose match is in the prompt's text is played, special tokens counted") {
  player p("{\"match\": \"sun\", \"pieces\": [\"first\"]}\n"
           "{\"match\": \"<｜User｜>su\", \"pieces\": [\"second\"]}\n"
           "{\"pieces\": [\"third\"]}\n{\"match\": \"x\", \"pieces\": [\"fourth\"]}");
  CHECK(p.texts("the sun", 1).front() == "first");
  CHECK(p.texts("<｜User｜>sun", 1).front() == "first");
  CHECK(p.texts("<｜User｜>sub", 1).front() == "second");
  CHECK(p.texts("x", 1).front() == "third");
}

TEST_CASE("with end none the last token is repeated") {
  player p(R"({"pieces": ["a", "b"], "end": "none"})");
  CHECK(p.texts("x", 4) == std::vector<std::string>{"a", "b", "b", "b"});
}

TEST_CASE("chunks, other sequences and preemption change nothing of what is played") {
  player p("{\"match\": \"one\", \"pieces\": [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]}\n"
           "{\"pieces\": [\"a\", \"b\", \"c\"], \"end\": \"none\"}");
  const std::vector<testing::driven_request> requests = {
      p.request("prompt number one", 7), p.request("another prompt, of another length", 20),
      p.request("one", 3)};
  std::vector<std::vector<token_id>> alone;
  for (const auto& request : requests)
    alone.push_back(testing::executor_driver(*p.executor, 64).run({request}).front());
  for (std::int32_t chunk : {1, 2, 64})
    CHECK(testing::executor_driver(*p.executor, chunk).run(requests) == alone);
  for (std::size_t preempt_every : {2, 3})
    CHECK(testing::executor_driver(*p.executor, 64).run(requests, preempt_every) == alone);
}

TEST_CASE("every token has the line's delay, log probability 0 and itself as the likeliest") {
  player p(R"({"pieces": ["a"], "delay_ms": 3})");
  auto state = std::make_shared<slot_state>();
  state->params.logprobs = true;
  state->params.top_logprobs = 5;
  state->prompt_ids = std::make_shared<const std::vector<token_id>>(1, 3);
  REQUIRE(p.executor->forward({}).has_value());
  for (std::int32_t i : {0, 1}) {
    auto sampled =
        sample_and_wait(*p.executor, {step_id{}, {{2, 0, i, i == 0 ? state : nullptr, {}}}});
    REQUIRE(sampled.has_value());
    const sampled_token& token = sampled->tokens.at(0);
    CHECK(sampled->runs.at(0).slot == 2);
    CHECK(token.delay_us == 3000);
    CHECK(token.logprob == 0.0f);
    REQUIRE(token.top.size() == 1);
    CHECK(token.top[0].id == token.id);
    CHECK(token.top[0].logprob == 0.0f);
  }
}

TEST_CASE("a prompt that no line matches fails its sequence and says so") {
  player p(R"({"match": "sun", "text": "a"})");
  auto state = std::make_shared<slot_state>();
  state->prompt_ids = std::make_shared<const std::vector<token_id>>(1, 3);
  REQUIRE(p.executor->forward({}).has_value());
  auto sampled = sample_and_wait(*p.executor, {step_id{}, {{0, 0, 0, state, {}}}});
  REQUIRE(sampled.has_value());
  REQUIRE(sampled->tokens.at(0).failure != nullptr);
  CHECK(sampled->tokens[0].failure->code == error_code::invalid_request);
  CHECK(sampled->tokens[0].failure->message == "no line of s.jsonl matches the prompt");
}

TEST_CASE("what a line needs of the model and has not is said with its file and line") {
  auto loaded = tokenizer::load(folder);
  REQUIRE(loaded.has_value());
  auto no_end = replay_executor::make(
      small_info(), parse_replay_script("\n{\"text\": \"a\"}", "s.jsonl").value(), *loaded, -1);
  REQUIRE_FALSE(no_end.has_value());
  CHECK(no_end.error().message ==
        "s.jsonl: line 2: the model has no end token: use \"end\": \"none\"");
  auto nothing = replay_executor::make(
      small_info(), parse_replay_script(R"({"text": "", "end": "none"})", "s.jsonl").value(),
      *loaded, 1);
  REQUIRE_FALSE(nothing.has_value());
  CHECK(nothing.error().message ==
        "s.jsonl: line 1: \"end\": \"none\" repeats the last token, and the text has none");
}

} // namespace hadal::model
