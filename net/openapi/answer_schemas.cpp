#include "net/openapi/schemas.hpp"

#include "net/openapi/schema.hpp"

namespace hadal::net::openapi {

namespace {

std::string usage() {
  return answer_object(
      {{"prompt_tokens", count()}, {"completion_tokens", count()}, {"total_tokens", count()}},
      {"prompt_tokens", "completion_tokens", "total_tokens"});
}

std::string matched_stop() {
  return either({text(), count(), R"({"type":"null"})"});
}

std::string chat_logprobs() {
  const std::vector<field> named = {
      {"token", text()}, {"logprob", any_number()}, {"bytes", array_of(integer(0, 255))}};
  auto entry = named;
  entry.push_back({"top_logprobs", array_of(answer_object(named, {"token", "logprob", "bytes"}))});
  return or_null(answer_object(
      {{"content", array_of(answer_object(entry, {"token", "logprob", "bytes", "top_logprobs"}))}},
      {"content"}));
}

std::string chat_answer() {
  const auto call =
      answer_object({{"index", count()},
                     {"id", text()},
                     {"type", one_of_words({"function"})},
                     {"function", answer_object({{"name", text()}, {"arguments", text()}},
                                                {"name", "arguments"})}},
                    {"id", "type", "function"});
  const auto message = answer_object({{"role", one_of_words({"assistant"})},
                                      {"content", or_null(text())},
                                      {"reasoning_content", or_null(text())},
                                      {"tool_calls", array_of(call)}},
                                     {"role", "content"});
  const auto choice =
      answer_object({{"index", count()},
                     {"message", message},
                     {"logprobs", chat_logprobs()},
                     {"finish_reason", one_of_words({"stop", "length", "tool_calls"})},
                     {"matched_stop", matched_stop()},
                     {"token_ids", array_of(count())}},
                    {"index", "message", "finish_reason"});
  return answer_object({{"id", text()},
                        {"object", one_of_words({"chat.completion"})},
                        {"created", count()},
                        {"model", text()},
                        {"choices", array_of(choice)},
                        {"usage", reference("Usage")},
                        {"prompt_token_ids", array_of(count())}},
                       {"id", "object", "created", "model", "choices", "usage"});
}

std::string completion_answer() {
  const auto logprobs = answer_object(
      {{"tokens", array_of(text())},
       {"token_logprobs", array_of(or_null(any_number())), "of a prompt's first token null"},
       {"top_logprobs", array_of(or_null(map_of(any_number())))},
       {"text_offset", array_of(count()), "in characters"}},
      {"tokens", "token_logprobs", "top_logprobs", "text_offset"});
  const auto choice = answer_object({{"index", count()},
                                     {"text", text()},
                                     {"logprobs", or_null(logprobs)},
                                     {"finish_reason", one_of_words({"stop", "length"})},
                                     {"matched_stop", matched_stop()},
                                     {"token_ids", array_of(count())},
                                     {"prompt_token_ids", array_of(count())}},
                                    {"index", "text", "logprobs", "finish_reason"});
  return answer_object({{"id", text()},
                        {"object", one_of_words({"text_completion"})},
                        {"created", count()},
                        {"model", text()},
                        {"choices", array_of(choice)},
                        {"usage", reference("Usage")}},
                       {"id", "object", "created", "model", "choices", "usage"});
}

std::string generate_answer() {
  const auto triple = array_of(any(), 3, 3);
  const auto triples = array_of(triple);
  const auto finish = answer_object({{"type", one_of_words({"stop", "length", "abort"})},
                                     {"matched", matched_stop()},
                                     {"length", count()}},
                                    {"type"});
  const auto meta = answer_object({{"id", text()},
                                   {"finish_reason", or_null(finish), "null while streaming"},
                                   {"prompt_tokens", count()},
                                   {"completion_tokens", count()},
                                   {"cached_tokens", count()},
                                   {"weight_version", text()},
                                   {"e2e_latency", any_number(), "seconds, at the end"},
                                   {"input_token_logprobs", triples, "logprob, id, text or null"},
                                   {"output_token_logprobs", triples},
                                   {"output_token_logprobs_length", count()},
                                   {"input_top_logprobs", array_of(or_null(triples))},
                                   {"output_top_logprobs", array_of(triples)}},
                                  {"id", "finish_reason", "prompt_tokens", "completion_tokens"});
  const auto one = answer_object({{"text", text()},
                                  {"output_ids", array_of(count())},
                                  {"meta_info", meta},
                                  {"index", count()}},
                                 {"text", "output_ids", "meta_info"});
  return either({one, array_of(one)});
}

std::string model() {
  return answer_object({{"id", text()},
                        {"object", one_of_words({"model"})},
                        {"created", count()},
                        {"owned_by", text()},
                        {"root", text()},
                        {"parent", or_null(text())},
                        {"max_model_len", count()}},
                       {"id", "object", "created", "owned_by"});
}

std::string error_body() {
  const auto error = answer_object({{"message", text()},
                                    {"type", text()},
                                    {"param", or_null(text()), "the field at fault"},
                                    {"code", or_null(text())}},
                                   {"message", "type", "param", "code"});
  return answer_object({{"error", error}}, {"error"});
}

std::string server_info() {
  return answer_object({{"version", text()},
                        {"status", text()},
                        {"model_path", text()},
                        {"max_total_num_tokens", count()},
                        {"max_req_input_len", count()},
                        {"internal_states", array_of(any_object(), 1, 1)}},
                       {"version", "status", "internal_states"});
}

std::string model_info() {
  return answer_object({{"model_path", text()},
                        {"tokenizer_path", text()},
                        {"is_generation", boolean()},
                        {"preferred_sampling_params", R"({"type":"null"})"},
                        {"weight_version", text()}},
                       {"model_path", "tokenizer_path", "is_generation"});
}

} // namespace

std::vector<named_schema> answer_schemas() {
  const auto ids = array_of(count());
  return {
      {"Usage", usage()},
      {"ChatAnswer", chat_answer()},
      {"CompletionAnswer", completion_answer()},
      {"GenerateAnswer", generate_answer()},
      {"Reasoning",
       answer_object({{"reasoning_text", text()}, {"text", text()}}, {"reasoning_text", "text"})},
      {"Calls",
       answer_object(
           {{"normal_text", text()},
            {"calls", array_of(answer_object(
                          {{"tool_index", count()}, {"name", text()}, {"parameters", text()}},
                          {"tool_index", "name", "parameters"}))}},
           {"normal_text", "calls"})},
      {"Model", model()},
      {"Models",
       answer_object({{"object", one_of_words({"list"})}, {"data", array_of(reference("Model"))}},
                     {"object", "data"})},
      {"Tokens", answer_object({{"tokens", either({ids, array_of(ids)})},
                                {"count", either({count(), array_of(count())})},
                                {"max_model_len", count()}},
                               {"tokens", "count", "max_model_len"})},
      {"Text", answer_object({{"text", either({text(), array_of(text())})}}, {"text"})},
      {"Status", answer_object({{"status", text()}}, {"status"})},
      {"Version", answer_object({{"version", text()}}, {"version"})},
      {"ModelInfo", model_info()},
      {"ServerInfo", server_info()},
      {"Document", any_object()},
      {"Error", error_body()},
  };
}

} // namespace hadal::net::openapi
