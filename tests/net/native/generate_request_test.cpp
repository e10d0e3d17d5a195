#include "net/native/generate_request.hpp"

#include "tests/support/catch.hpp"

using namespace hadal;
using namespace hadal::net;

namespace {

generate_request decoded(std::string_view body) {
  auto request = decode_generate_request(body);
  if (!request)
    FAIL(request.error().message);
  return std::move(*request);
}

} // namespace

TEST_CASE("a bare text has SGLang's defaults") {
  const auto request = decoded(R"({"text": "hi"})");
  REQUIRE(request.prompts.size() == 1);
  CHECK_FALSE((request.is_batch || request.text_is_ids || request.stream));
  const auto& prompt = request.prompts[0];
  CHECK(std::get<std::string>(prompt.prompt) == "hi");
  CHECK(prompt.generation.max_tokens == 128);
  CHECK(prompt.generation.n == 1);
  CHECK_FALSE(prompt.generation.temperature);
  CHECK_FALSE(prompt.generation.top_p);
  CHECK(prompt.generation.skip_special_tokens);
  CHECK(prompt.generation.return_token_ids);
  CHECK_FALSE(prompt.return_logprob);
  CHECK(prompt.logprob_start_len == -1);
  CHECK(prompt.rid.empty());
}

TEST_CASE("sampling_params has SGLang's names") {
  const auto request = decoded(R"({"input_ids": [5, 6], "stream": true, "rid": "r1",
    "sampling_params": {"max_new_tokens": 0, "min_new_tokens": 0, "temperature": 7.5, "top_p": 0.5,
      "top_k": 3, "min_p": 0.1, "frequency_penalty": 0.5, "presence_penalty": -0.5,
      "repetition_penalty": 1.5, "sampling_seed": 9, "n": 2, "stop": ["a"], "stop_token_ids": [7],
      "ignore_eos": true, "no_stop_trim": true, "skip_special_tokens": false,
      "logit_bias": {"4": 1.5}, "spaces_between_special_tokens": true},
    "lora_path": null, "bootstrap_room": 5})");
  CHECK(request.text_is_ids);
  CHECK(request.stream);
  REQUIRE(request.prompts.size() == 1);
  CHECK(std::get<std::vector<token_id>>(request.prompts[0].prompt) == std::vector<token_id>{5, 6});
  const auto& g = request.prompts[0].generation;
  CHECK(g.max_tokens == 0);
  CHECK(g.temperature == 7.5);
  CHECK(g.top_p == 0.5);
  CHECK(g.top_k == 3);
  CHECK(g.min_p == 0.1);
  CHECK(g.frequency_penalty == 0.5);
  CHECK(g.presence_penalty == -0.5);
  CHECK(g.repetition_penalty == 1.5);
  CHECK(g.seed == 9);
  CHECK(g.n == 2);
  CHECK(g.stop == std::vector<std::string>{"a"});
  CHECK(g.stop_token_ids == std::vector<token_id>{7});
  CHECK((g.ignore_eos && g.include_stop_str_in_output && !g.skip_special_tokens));
  REQUIRE(g.logit_bias.size() == 1);
  CHECK(request.prompts[0].rid == "r1");
}

TEST_CASE("a batch takes one value for all or one for each") {
  const auto request = decoded(R"({"text": ["a", "b"], "return_logprob": true,
    "sampling_params": [{"max_new_tokens": 1}, {"max_new_tokens": 2, "temperature": 0}],
    "logprob_start_len": [0, 3], "top_logprobs_num": 2, "rid": ["x", "y"],
    "return_text_in_logprobs": true})");
  CHECK((request.is_batch && request.return_text_in_logprobs));
  REQUIRE(request.prompts.size() == 2);
  CHECK(request.prompts[0].generation.max_tokens == 1);
  CHECK(request.prompts[1].generation.max_tokens == 2);
  CHECK(request.prompts[1].generation.temperature == 0.0);
  CHECK((request.prompts[0].return_logprob && request.prompts[1].return_logprob));
  CHECK(request.prompts[0].logprob_start_len == 0);
  CHECK(request.prompts[1].logprob_start_len == 3);
  CHECK(request.prompts[1].top_logprobs_num == 2);
  CHECK(request.prompts[1].rid == "y");
}

TEST_CASE("a batch of one is a batch, of ids too") {
  CHECK(decoded(R"({"text": ["a"]})").is_batch);
  const auto ids = decoded(R"({"input_ids": [[5, 6], [7]]})");
  CHECK((ids.is_batch && ids.text_is_ids));
  CHECK(std::get<std::vector<token_id>>(ids.prompts[1].prompt) == std::vector<token_id>{7});
}

TEST_CASE("without return_logprob the other log probability fields have no effect") {
  const auto request = decoded(R"({"text": "a", "logprob_start_len": 0, "top_logprobs_num": 5})");
  CHECK(request.prompts[0].logprob_start_len == -1);
  CHECK(request.prompts[0].top_logprobs_num == 0);
}

TEST_CASE("sampling_params of generate hold the answer to a form") {
  using kind = constraint_field::kind_type;
  const auto of = [](const std::string& params) {
    return *decoded(R"({"text": "a", "sampling_params": {)" + params + "}}")
                .prompts[0]
                .generation.constraint;
  };
  CHECK(of(R"("regex": "a+")") == constraint_field{kind::regex, "a+", "sampling_params.regex"});
  CHECK(of(R"("ebnf": "root ::= \"a\"")") ==
        constraint_field{kind::ebnf, "root ::= \"a\"", "sampling_params.ebnf"});
  CHECK(of(R"("json_schema": "{\"type\": 1}")") ==
        constraint_field{kind::json_schema, R"({"type": 1})", "sampling_params.json_schema"});
  CHECK(of(R"("json_schema": {"a": 1})") ==
        constraint_field{kind::json_schema, R"({"a":1})", "sampling_params.json_schema"});
  CHECK(of(R"("structural_tag": "{\"triggers\": []}")") ==
        constraint_field{kind::structural_tag, R"({"triggers": []})",
                         "sampling_params.structural_tag"});
  CHECK(of(R"("structural_tag": {"triggers": []})") ==
        constraint_field{kind::structural_tag, R"({"triggers":[]})",
                         "sampling_params.structural_tag"});
}

TEST_CASE("a form for all prompts is kept once, and each may have its own") {
  const auto shared =
      decoded(R"({"text": ["a", "b", "c"], "sampling_params": {"regex": "a+", "n": 2}})");
  for (const auto& prompt : shared.prompts) {
    CHECK(prompt.generation.constraint == shared.prompts[0].generation.constraint);
    CHECK(prompt.generation.n == 2);
  }
  const auto own = decoded(
      R"({"text": ["a", "b", "c"], "sampling_params": [{"regex": "a+"}, null, {"regex": "b+"}]})");
  CHECK(own.prompts[0].generation.constraint->text == "a+");
  CHECK(own.prompts[1].generation.constraint == nullptr);
  CHECK(own.prompts[2].generation.constraint->text == "b+");
}

TEST_CASE("generate takes thinking budgets, and custom_params with a processor alone") {
  const std::string known =
      R"("{\"callable\": \"80049559000000000000008c2a73676c616e672e7372742e)"
      R"(73616d706c696e672e637573746f6d5f6c6f6769745f70726f636573736f72948c264465657053)"
      R"(65656b52315468696e6b696e674275646765744c6f67697450726f636573736f729493942e\"}")";
  const auto budgets = [](const std::string& members) {
    std::vector<std::optional<std::int64_t>> all;
    for (const auto& prompt : decoded(R"({"text": ["a", "b", "c"], )" + members + "}").prompts)
      all.push_back(prompt.generation.thinking_budget);
    return all;
  };
  using list = std::vector<std::optional<std::int64_t>>;
  const std::optional<std::int64_t> none;
  CHECK(budgets(R"("sampling_params": {"thinking_budget": 3})") == list{3, 3, 3});
  CHECK(budgets(
            R"("sampling_params": [{"thinking_token_budget": 0}, {"thinking_budget": -1}, {}])") ==
        list{0, none, none});
  const std::string params = R"(, "sampling_params": {"custom_params": {"thinking_budget": 7}})";
  CHECK(budgets(R"("custom_logit_processor": )" + known + params) == list{7, 7, 7});
  CHECK(budgets(R"("custom_logit_processor": [null, )" + known + ", null]" + params) ==
        list{none, 7, none});
  CHECK(budgets(R"("custom_logit_processor": [)" + known + R"(, "x", null])" + params) ==
        list{7, 7, none});
  CHECK(budgets(R"("rid": "r")" + params) == list{none, none, none});
  const auto mixed = decoded(R"({"text": ["a", "b"], "custom_logit_processor": [)" + known +
                             R"(, "x"])" + params + "}");
  CHECK(mixed.prompts[0].generation.processor == logit_processor::thinking_budget);
  CHECK(mixed.prompts[1].generation.processor == logit_processor::unknown);
}
