#include "model/chat/fill_in_middle.hpp"

#include "model/tokenizer/tokenizer.hpp"

#include <fmt/core.h>

#include <string>

namespace hadal::model {

namespace {

constexpr std::string_view begin_token = "<｜fim▁begin｜>";
constexpr std::string_view hole_token = "<｜fim▁hole｜>";
constexpr std::string_view end_token = "<｜fim▁end｜>";

} // namespace

result<std::vector<token_id>> encode_fill_in_middle(const tokenizer& vocabulary,
                                                    std::string_view prefix,
                                                    std::string_view suffix) {
  for (const std::string_view token : {begin_token, hole_token, end_token})
    if (!vocabulary.find_added(token))
      return fail(error_code::invalid_request,
                  fmt::format("the model cannot fill in a middle: its vocabulary has no {}", token),
                  "suffix");
  std::string text;
  for (const std::string_view part : {begin_token, prefix, hole_token, suffix, end_token})
    text += part;
  return vocabulary.encode_raw(text, true);
}

} // namespace hadal::model
