#include "actors/session/sequence_plan.hpp"

#include "model/sampling/choice_seed.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace hadal;
using namespace hadal::actors;

namespace {

/// A request of `prompts` prompts with these fields.
generation_request request_of(std::size_t prompts, net::generation_fields fields = {}) {
  generation_request request;
  const auto shared = std::make_shared<const net::generation_fields>(std::move(fields));
  for (std::size_t p = 0; p < prompts; ++p) {
    request.constraints.add(shared->constraint);
    request.prompts.push_back({"prompt[" + std::to_string(p) + "]", nullptr, shared, {}});
  }
  return request;
}

protocol::encoded_prompt encoded(std::vector<token_id> ids) {
  protocol::encoded_prompt prompt;
  prompt.ids = std::make_shared<const std::vector<token_id>>(std::move(ids));
  return prompt;
}

/// A model of 100 tokens and a context of 10.
struct planner {
  net::metrics metrics;
  runtime::environment env{7, metrics};
  protocol::model_facts facts;
  model::executor_info executor;
  std::vector<protocol::parser_actor> parsers{3};

  planner() {
    facts.eos_token_ids = {1};
    executor.vocab_size = 100;
    executor.context_length = 10;
  }

  result<std::shared_ptr<const std::vector<protocol::sequence_spec>>>
  plan(const generation_request& request, std::vector<protocol::encoded_prompt> prompts) {
    const auto lengths = plan_lengths(request, prompts, executor.context_length, true);
    REQUIRE(lengths);
    return make_sequences(request, prompts, *lengths, facts, executor,
                          {net::exchange_id{5}, {}, {}, parsers}, env);
  }
};

model::compiled_grammar_ptr some_grammar() {
  const auto vocabulary = std::make_shared<const model::token_vocabulary>(
      std::vector<std::pair<token_id, std::string>>{{0, "a"}, {1, "b"}}, 2,
      std::vector<model::token_vocabulary::added>{});
  model::compile_budget budget;
  return *model::compile_constraint({model::constraint_kind::regex, "a", "regex"}, vocabulary,
                                    budget);
}

generation_request bound_request(net::generation_fields fields = {}) {
  fields.constraint = std::make_shared<const net::constraint_field>(
      net::constraint_field{net::constraint_field::kind_type::regex, "a", "regex"});
  auto request = request_of(1, std::move(fields));
  request.constraints.compiled(some_grammar());
  return request;
}

} // namespace

TEST_CASE("a prompt that is empty or has strange ids is refused by its name") {
  const auto request = request_of(2);
  std::vector<protocol::encoded_prompt> prompts = {encoded({1}), encoded({})};
  auto refused = check_prompts(request, prompts, 100);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "`prompt[1]` is empty");
  CHECK(refused.error().param == "prompt");
  for (const token_id strange : {-1, 100}) {
    prompts[1] = encoded({5, strange});
    refused = check_prompts(request, prompts, 100);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "token id " + std::to_string(strange) +
                                         " at `prompt[1][1]` is not one of the model's 0 to 99");
  }
  prompts[1] = encoded({0, 99});
  CHECK(check_prompts(request, prompts, 100));
}

TEST_CASE("a prompt that is too long is cut where the server allows it, and a header says so") {
  net::generation_fields fields;
  fields.max_tokens = 2;
  const auto request = request_of(2, fields);
  std::vector<protocol::encoded_prompt> prompts = {encoded({2, 3}),
                                                   encoded(std::vector<token_id>(12, 4))};
  prompts[0].text = "ab";
  CHECK_FALSE(plan_lengths(request, prompts, 10, false));
  const auto lengths = plan_lengths(request, prompts, 10, true);
  REQUIRE(lengths);
  CHECK(prompts[0].ids->size() == 2);
  CHECK(prompts[1].ids->size() == 9);
  const auto prepared = prepared_of({}, prompts, *lengths);
  REQUIRE(prepared.prompts.size() == 2);
  CHECK(prepared.prompts[0].text == "ab");
  CHECK(prepared.prompts[1].prompt_tokens == 9);
  REQUIRE(prepared.headers.size() == 1);
  CHECK(prepared.headers[0].name == "X-Hadal-Truncated");
  CHECK(prepared.headers[0].value == "prompt=9, max_tokens=1");
}

TEST_CASE("choices are numbered through all prompts, with a stream of numbers each") {
  planner p;
  net::generation_fields fields;
  fields.n = 2;
  fields.seed = 11;
  const auto specs = p.plan(request_of(2, fields), {encoded({2}), encoded({3})});
  REQUIRE(specs);
  REQUIRE((*specs)->size() == 4);
  std::set<sequence_id> sequences;
  std::set<std::uint64_t> call_seeds;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const auto& spec = (**specs)[i];
    CHECK(spec.output->choice == i);
    CHECK(spec.output->exchange == net::exchange_id{5});
    CHECK(spec.seed == model::choice_seed(11, i));
    CHECK(spec.prompt_ids->front() == (i < 2 ? 2 : 3));
    CHECK(spec.max_tokens == 9);
    sequences.insert(spec.sequence);
    call_seeds.insert(spec.output->format.calls.id_seed);
  }
  CHECK(sequences.size() == 4);
  CHECK(call_seeds.size() == 4);
}

TEST_CASE("a prompt of /generate gets the same seeds in a batch as alone, if it names a seed") {
  planner p;
  net::generation_fields fields;
  fields.n = 2;
  fields.seed = 11;
  auto request = request_of(2, fields);
  request.seeds_prompts_alone = true;
  const auto specs = p.plan(request, {encoded({2}), encoded({3})});
  REQUIRE(specs);
  CHECK((**specs)[2].seed == model::choice_seed(11, 0));
  CHECK((**specs)[3].seed == model::choice_seed(11, 1));
  fields.seed.reset();
  request = request_of(2, fields);
  request.seeds_prompts_alone = true;
  const auto drawn = p.plan(request, {encoded({2}), encoded({3})});
  REQUIRE(drawn);
  std::set<std::uint64_t> seeds;
  for (const auto& spec : **drawn)
    seeds.insert(spec.seed);
  CHECK(seeds.size() == 4);
}

TEST_CASE("the same environment draws the same sequences") {
  planner first;
  planner second;
  const auto a = first.plan(request_of(2), {encoded({2}), encoded({3})});
  const auto b = second.plan(request_of(2), {encoded({2}), encoded({3})});
  REQUIRE(a);
  REQUIRE(b);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK((**a)[i].seed == (**b)[i].seed);
    CHECK((**a)[i].sequence == (**b)[i].sequence);
    CHECK((**a)[i].output->format.calls.id_seed == (**b)[i].output->format.calls.id_seed);
  }
}

TEST_CASE("a prompt is scored from where the request says, up to its end") {
  planner p;
  auto request = request_of(1);
  request.prompts[0].logprobs.prompt_from = 1;
  request.prompts[0].logprobs.top_logprobs = 4;
  auto specs = p.plan(request, {encoded({2, 3, 4})});
  REQUIRE(specs);
  CHECK((**specs)[0].scored_from == 1);
  CHECK((**specs)[0].scored_top == 4);
  request.prompts[0].logprobs.prompt_from = 3; // the end: nothing is left to score
  specs = p.plan(request, {encoded({2, 3, 4})});
  REQUIRE(specs);
  CHECK((**specs)[0].scored_from == -1);
  request.prompts[0].logprobs.prompt_from = 4;
  specs = p.plan(request, {encoded({2, 3, 4})});
  REQUIRE_FALSE(specs);
  CHECK(specs.error().param == "logprob_start_len");
}

TEST_CASE("only a chat's answer is taken apart") {
  planner p;
  p.facts.tool_call_parser = model::tool_call_parser_kind::deepseekv31;
  auto request = request_of(1);
  CHECK((**p.plan(request, {encoded({2})}))[0].output->format.tools ==
        model::tool_call_parser_kind::none);
  request.chat = chat_parsing{net::tool_choice::automatic, true, true, true};
  CHECK((**p.plan(request, {encoded({2})}))[0].output->format.tools ==
        model::tool_call_parser_kind::deepseekv31);
}

TEST_CASE("ids are returned where the request asks or where there is no text") {
  planner p;
  net::generation_fields fields;
  CHECK_FALSE((**p.plan(request_of(1, fields), {encoded({2})}))[0].output->return_token_ids);
  fields.return_token_ids = true;
  CHECK((**p.plan(request_of(1, fields), {encoded({2})}))[0].output->return_token_ids);
  fields.return_token_ids = false;
  p.facts.has_tokenizer = false;
  CHECK((**p.plan(request_of(1, fields), {encoded({2})}))[0].output->return_token_ids);
}

TEST_CASE("a constrained answer ends with an end token or is refused") {
  planner p;
  const auto specs = p.plan(bound_request(), {encoded({2})});
  REQUIRE(specs);
  REQUIRE((**specs)[0].constraint);
  CHECK((**specs)[0].constraint->end_tokens == std::vector<token_id>{1});
  CHECK_FALSE((**specs)[0].constraint->reasoning_end);
  net::generation_fields fields;
  fields.ignore_eos = true;
  const auto refused = p.plan(bound_request(fields), {encoded({2})});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "regex");
}

TEST_CASE("a constraint begins after the reasoning that the prompt opens") {
  planner p;
  p.facts.thinking = model::thinking_tokens{8, 9, 7};
  const auto specs = p.plan(bound_request(), {encoded({2, 8})});
  REQUIRE(specs);
  CHECK((**specs)[0].constraint->reasoning_end == 9);
}
