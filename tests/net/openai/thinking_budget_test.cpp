#include "net/openai/decode.hpp"

#include "tests/support/catch.hpp"

#include <fmt/format.h>

using namespace hadal;
using namespace hadal::net;

namespace {

const std::string processor =
    R"("custom_logit_processor":"{\"callable\": \"80049559000000000000008c2a73676c616e672e7372742e)"
    R"(73616d706c696e672e637573746f6d5f6c6f6769745f70726f636573736f72948c26446565705365656b5231546869)"
    R"(6e6b696e674275646765744c6f67697450726f636573736f729493942e\"}")";

result<chat_request> decoded(const std::string& members) {
  return decode_chat_request(
      fmt::format(R"({{"messages":[{{"role":"user","content":"x"}}],{}}})", members));
}

std::optional<std::int64_t> budget(const std::string& members) {
  const auto request = decoded(members);
  INFO(members);
  REQUIRE(request);
  return request->generation.thinking_budget;
}

std::string param_of_refusal(const std::string& members) {
  const auto request = decoded(members);
  INFO(members);
  REQUIRE_FALSE(request);
  return request.error().param;
}

} // namespace

TEST_CASE("a thinking budget has two names, and -1 is none") {
  CHECK(budget(R"("n":1)") == std::nullopt);
  CHECK(budget(R"("thinking_budget":0)") == 0);
  CHECK(budget(R"("thinking_budget":16)") == 16);
  CHECK(budget(R"("thinking_token_budget":512)") == 512);
  CHECK(budget(R"("thinking_budget":16,"thinking_token_budget":16)") == 16);
  CHECK(budget(R"("thinking_budget":-1)") == std::nullopt);
  CHECK(budget(R"("thinking_budget":null)") == std::nullopt);
}

TEST_CASE("a budget that is no whole number, or two that differ, are refused by name") {
  CHECK(param_of_refusal(R"("thinking_budget":"16")") == "thinking_budget");
  CHECK(param_of_refusal(R"("thinking_budget":1.5)") == "thinking_budget");
  CHECK(param_of_refusal(R"("thinking_budget":true)") == "thinking_budget");
  CHECK(param_of_refusal(R"("thinking_token_budget":-2)") == "thinking_token_budget");
  CHECK(param_of_refusal(R"("thinking_budget":1,"thinking_token_budget":2)") ==
        "thinking_token_budget");
}

TEST_CASE("custom_params count together with the processor that they are for, and only then") {
  CHECK(budget(processor + R"(,"custom_params":{"thinking_budget":512})") == 512);
  CHECK(budget(processor + R"(,"custom_params":{"thinking_budget":-7})") == std::nullopt);
  CHECK(budget(processor + R"(,"custom_params":{"other":[1]})") == std::nullopt);
  CHECK(budget(processor) == std::nullopt);
  CHECK(budget(R"("custom_params":{"thinking_budget":512})") == std::nullopt);
  CHECK(budget(R"("custom_params":7)") == std::nullopt);
  CHECK(budget(processor + R"(,"custom_params":{"thinking_budget":9},"thinking_budget":4)") == 4);
  CHECK(param_of_refusal(processor + R"(,"custom_params":{"thinking_budget":"512"})") ==
        "custom_params.thinking_budget");
  CHECK(param_of_refusal(processor + R"(,"custom_params":[])") == "custom_params");
}

TEST_CASE("a processor is known or unknown, and must be a string") {
  CHECK(decoded(processor)->generation.processor == logit_processor::thinking_budget);
  CHECK(decoded(R"("custom_logit_processor":"{}")")->generation.processor ==
        logit_processor::unknown);
  CHECK(decoded(R"("custom_logit_processor":null)")->generation.processor == std::nullopt);
  CHECK(param_of_refusal(R"("custom_logit_processor":7)") == "custom_logit_processor");
  CHECK(param_of_refusal(R"("custom_logit_processor":["x"])") == "custom_logit_processor");
}
