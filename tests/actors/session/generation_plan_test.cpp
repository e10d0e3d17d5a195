#include "actors/session/generation_plan.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::actors;

namespace {

protocol::model_facts facts_of_model() {
  protocol::model_facts facts;
  facts.eos_token_ids = {1, 2};
  return facts;
}

result<model::sampling_params> planned(const net::generation_fields& fields,
                                       const protocol::model_facts& facts = facts_of_model()) {
  model::executor_info executor;
  executor.vocab_size = 100;
  executor.context_length = 50;
  return plan_sampling(fields, {}, facts, executor);
}

model::answer_format format_of(const net::chat_request& request, const protocol::model_facts& facts,
                               model::prompt_reasoning prompt = {},
                               const model::output_constraint* bound = nullptr) {
  return answer_format_of(chat_parsing_of(request), request.generation, facts, prompt, bound);
}

} // namespace

TEST_CASE("what the request leaves out comes from generation_config, else from OpenAI's defaults") {
  auto p = facts_of_model();
  auto plain = planned({}, p);
  REQUIRE(plain);
  CHECK(plain->temperature == 1.0f);
  CHECK(plain->top_p == 1.0f);
  CHECK(plain->top_k == -1);
  p.generation.temperature = 0.6;
  p.generation.top_p = 0.95;
  p.generation.top_k = 0;
  auto model = planned({}, p);
  CHECK(model->temperature == 0.6f);
  CHECK(model->top_p == 0.95f);
  CHECK(model->top_k == -1);
  net::generation_fields fields;
  fields.temperature = 0.0;
  fields.top_k = 7;
  auto own = planned(fields, p);
  CHECK(own->temperature == 0.0f);
  CHECK(own->top_p == 0.95f);
  CHECK(own->top_k == 7);
}

TEST_CASE("do_sample false means greedy unless the request says otherwise") {
  auto p = facts_of_model();
  p.generation.do_sample = false;
  CHECK(planned({}, p)->temperature == 0.0f);
  net::generation_fields fields;
  fields.temperature = 0.7;
  CHECK(planned(fields, p)->temperature == 0.7f);
}

TEST_CASE("a top_p of 0 and one too small to tell from it are the smallest positive") {
  for (const double top_p : {0.0, -0.0, 1e-300}) {
    net::generation_fields fields;
    fields.top_p = top_p;
    const auto p = planned(fields);
    CHECK(p->top_p > 0.0f);
    CHECK(p->top_p < 1e-30f);
  }
  auto model = facts_of_model();
  model.generation.top_p = 0.0;
  CHECK(planned({}, model)->top_p > 0.0f);
}

TEST_CASE("ignore_eos keeps the request's own stops") {
  net::generation_fields fields;
  fields.stop_token_ids = {2, 9};
  CHECK(planned(fields)->end_token_ids == std::vector<token_id>{1, 2, 9});
  fields.ignore_eos = true;
  CHECK(planned(fields)->end_token_ids == std::vector<token_id>{2, 9});
}

TEST_CASE("a thinking budget is kept with the model's own marks, or refused where it has none") {
  net::generation_fields fields;
  CHECK_FALSE(planned(fields)->thinking);
  fields.thinking_budget = 16;
  auto p = facts_of_model();
  auto refused = planned(fields, p);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "thinking_budget");
  p.thinking = model::thinking_tokens{7, 8, 9};
  CHECK(planned(fields, p)->thinking == model::thinking_budget{16, {7, 8, 9}});
}

TEST_CASE("ids that the model does not have are named") {
  net::generation_fields fields;
  fields.stop_token_ids = {100};
  auto refused = planned(fields);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "stop_token_ids");
  fields = {};
  fields.logit_bias = {{100, 1.0}};
  refused = planned(fields);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "logit_bias");
}

TEST_CASE("without max_tokens a completion may fill the context") {
  auto plan = plan_length(20, {}, 50, false);
  REQUIRE(plan);
  CHECK(plan->max_tokens == 30);
  CHECK(plan_length(49, {}, 50, false)->max_tokens == 1);
}

TEST_CASE("what does not fit the context is refused with all three numbers") {
  auto refused = plan_length(20, 31, 50, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::context_length_exceeded);
  CHECK(refused.error().message.find("50 tokens") != std::string::npos);
  CHECK(refused.error().message.find("has 20") != std::string::npos);
  CHECK(refused.error().message.find("31 more") != std::string::npos);
  CHECK(refused.error().message.starts_with(
      "Requested token count exceeds the model's maximum context length"));
  auto too_long = plan_length(60, 1, 50, false);
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().message ==
        "The prompt is longer than the model's context length of 50 tokens: the prompt has 60 and "
        "max_tokens asks for 1 more, 61 in all");
  CHECK_FALSE(plan_length(50, {}, 50, false));
  CHECK(plan_length(20, 30, 50, false));
}

TEST_CASE("auto-truncation cuts the completion first, then the prompt") {
  auto plan = plan_length(20, 31, 50, true);
  REQUIRE(plan);
  CHECK(plan->truncated);
  CHECK(plan->prompt_tokens == 20);
  CHECK(plan->max_tokens == 30);
  plan = plan_length(80, 5, 50, true);
  CHECK(plan->prompt_tokens == 49);
  CHECK(plan->max_tokens == 1);
  CHECK_FALSE(plan_length(20, 10, 50, true)->truncated);
}

TEST_CASE("an answer is taken apart as server, request and prompt say") {
  protocol::model_facts facts;
  facts.reasoning_parser = model::reasoning_parser::deepseek_v3;
  facts.tool_call_parser = model::tool_call_parser_kind::deepseekv31;
  net::chat_request request;
  auto format = format_of(request, facts, model::prompt_reasoning::open);
  CHECK(format.reasoning == model::reasoning_parser::deepseek_v3);
  CHECK(format.starts_in_reasoning);
  CHECK(format.separate_reasoning);
  CHECK(format.stream_reasoning);
  CHECK(format.tools == model::tool_call_parser_kind::none); // no tools, no calls
  request.choice = net::tool_choice::automatic;
  request.separate_reasoning = false;
  request.stream_reasoning = false;
  request.parallel_tool_calls = false;
  format = format_of(request, facts, model::prompt_reasoning::closed);
  CHECK_FALSE(format.starts_in_reasoning);
  CHECK_FALSE(format.separate_reasoning);
  CHECK_FALSE(format.stream_reasoning);
  CHECK(format.tools == model::tool_call_parser_kind::deepseekv31);
  CHECK(format.calls.first_call_only);
}

TEST_CASE("calls are live in streams alone, where the server says so or they are forced") {
  protocol::model_facts facts;
  net::chat_request request;
  request.choice = net::tool_choice::automatic;
  for (const bool live : {false, true})
    for (const bool stream : {false, true}) {
      facts.live_tool_calls = live;
      request.generation.stream = stream;
      CHECK(format_of(request, facts, {}).calls.live == (live && stream));
    }
  facts.live_tool_calls = false;
  for (const auto choice : {net::tool_choice::required, net::tool_choice::named}) {
    request.choice = choice;
    request.generation.stream = true;
    CHECK(format_of(request, facts, {}).calls.live);
    request.generation.stop = {"x"}; // which may cut a call
    CHECK_FALSE(format_of(request, facts, {}).calls.live);
    request.generation.stop.clear();
    request.generation.stop_token_ids = {5};
    CHECK_FALSE(format_of(request, facts, {}).calls.live);
    request.generation.stop_token_ids.clear();
    request.generation.stream = false;
    CHECK_FALSE(format_of(request, facts, {}).calls.live);
  }
}

TEST_CASE("calls in place of a bound text are live, and nothing in the text is taken for one") {
  using kind = net::constraint_field::kind_type;
  protocol::model_facts facts;
  facts.tool_call_parser = model::tool_call_parser_kind::deepseekv31;
  net::chat_request request;
  request.choice = net::tool_choice::automatic;
  request.generation.stream = true;
  const auto hold = [&](kind by) {
    request.generation.constraint =
        std::make_shared<const net::constraint_field>(net::constraint_field{by, "", "x"});
  };
  hold(kind::regex);
  model::output_constraint bound;
  CHECK_FALSE(format_of(request, facts, {}).calls_or_text); // scripted, nothing is bound
  CHECK_FALSE(format_of(request, facts, {}, &bound).calls_or_text);
  bound.calls.emplace();
  auto format = format_of(request, facts, {}, &bound);
  CHECK(format.calls_or_text);
  CHECK(format.calls.live);
  CHECK_FALSE(format.reasons_unparsed);
  bound.reasoning_end = 5;
  CHECK(format_of(request, facts, {}, &bound).reasons_unparsed);
  request.generation.stop = {"x"}; // which may cut a call
  format = format_of(request, facts, {}, &bound);
  CHECK(format.calls_or_text);
  CHECK_FALSE(format.calls.live);
  request.generation.stop.clear();
  hold(kind::structural_tag); // which may write calls of its own
  format = format_of(request, facts, {}, &bound);
  CHECK_FALSE(format.calls_or_text);
  CHECK_FALSE(format.calls.live);
}

TEST_CASE("reasoning comes first where the parser or the last think token says so") {
  protocol::model_facts facts;
  const std::vector<token_id> opened = {5, 8, 9, 8, 6};
  const std::vector<token_id> closed = {5, 8, 9, 6};
  const std::vector<token_id> plain = {5, 6};
  const auto unmarked = model::prompt_reasoning::unmarked;
  facts.reasoning_parser = model::reasoning_parser::deepseek_r1;
  CHECK_FALSE(reasons_first(false, unmarked, opened, facts)); // no such tokens
  CHECK_FALSE(reasons_first(true, unmarked, opened, facts));
  facts.thinking = model::thinking_tokens{8, 9, 7};
  CHECK(reasons_first(false, unmarked, opened, facts));
  CHECK_FALSE(reasons_first(false, unmarked, closed, facts));
  CHECK_FALSE(reasons_first(false, unmarked, plain, facts));
  CHECK(reasons_first(true, unmarked, plain, facts)); // R1 thinks unless the prompt closes it
  CHECK_FALSE(reasons_first(true, model::prompt_reasoning::closed, closed, facts));
  facts.reasoning_parser = model::reasoning_parser::none;
  CHECK(reasons_first(true, model::prompt_reasoning::open, opened, facts));
  CHECK_FALSE(reasons_first(true, unmarked, plain, facts));
}
