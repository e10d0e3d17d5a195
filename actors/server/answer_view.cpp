#include "actors/server/answer_view.hpp"

namespace hadal::server {

namespace {

constexpr std::string_view end_of_stream = "[DONE]";

/// The text without the line breaks in front of it.
std::string_view without_leading_breaks(std::string_view text) noexcept {
  const auto first = text.find_first_not_of("\r\n");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

} // namespace

result<void> answer_view::feed(std::string_view bytes) {
  HADAL_TRY_ASSIGN(events, events_.feed(bytes));
  for (const auto& event : events) {
    if (event == end_of_stream) {
      done_ = true;
      continue;
    }
    HADAL_TRY_ASSIGN(delta, net::client::parse_chat_delta(event));
    show(delta);
  }
  std::fflush(out_);
  return {};
}

void answer_view::show(const net::client::chat_delta& delta) {
  if (!delta.reasoning.empty()) {
    reasoning_is_apart_ = true;
    show_thought(delta.reasoning);
  }
  if (reasoning_is_apart_) {
    show_answer(delta.content);
  } else {
    const auto pieces = splitter_.push(delta.content);
    show_thought(pieces.reasoning);
    show_answer(pieces.rest);
  }
  if (!delta.finish_reason.empty())
    finish_reason_ = delta.finish_reason;
}

void answer_view::show_thought(std::string_view thought) {
  if (thought.empty())
    return;
  thought_ = true;
  if (!interactive_)
    return;
  dim(true);
  put(thought);
}

void answer_view::show_answer(std::string_view answer) {
  if (answer.empty())
    return;
  if (dim_) {
    dim(false);
    put("\n\n");
  }
  // Line breaks between reasoning and answer belong to neither.
  const auto shown = thought_ && text_.empty() ? without_leading_breaks(answer) : answer;
  put(shown);
  text_ += shown;
}

void answer_view::finish() {
  if (!reasoning_is_apart_) {
    const auto held = splitter_.finish();
    show_thought(held.reasoning);
    show_answer(held.rest);
  }
  dim(false);
  if (any_ || !interactive_)
    put("\n");
  if (interactive_ && finish_reason_ == "length") {
    dim(true);
    put("(cut: no more tokens)");
    dim(false);
    put("\n");
  }
  std::fflush(out_);
}

void answer_view::dim(bool on) {
  if (!interactive_ || dim_ == on)
    return;
  dim_ = on;
  put(on ? "\x1b[2m" : "\x1b[0m");
}

void answer_view::put(std::string_view bytes) {
  if (bytes.empty())
    return; // an empty view may be null, which fwrite must not see
  any_ = true;
  std::fwrite(bytes.data(), 1, bytes.size(), out_);
}

} // namespace hadal::server
