#include "model/chat/output/answer_splitter.hpp"

#include "base/assert.hpp"
#include "model/chat/output/tool_call_markup.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hadal::model {

bool is_markup(std::string_view token, const answer_format& format) noexcept {
  const auto is_one_of = [token](const auto& all) {
    return std::find(all.begin(), all.end(), token) != all.end();
  };
  if (format.reasoning != reasoning_parser::none &&
      is_one_of(std::array{tags::think_begin, tags::think_end}))
    return true;
  switch (format.tools) {
  case tool_call_parser_kind::none: return false;
  case tool_call_parser_kind::deepseekv3:
  case tool_call_parser_kind::deepseekv31:
    return is_one_of(std::array{tags::calls_begin, tags::calls_end, tags::call_begin,
                                tags::call_end, tags::separator});
  case tool_call_parser_kind::deepseekv32: return token.find(dsml::mark) != std::string_view::npos;
  }
  return false;
}

answer_splitter::answer_splitter(const answer_format& format, std::vector<std::string> stops,
                                 bool include_stop)
  : format_(format), stops_(std::move(stops), include_stop) {
  if (format.reasoning != reasoning_parser::none)
    reasoning_.emplace(format.starts_in_reasoning, !format.separate_reasoning);
  if (format.tools != tool_call_parser_kind::none)
    calls_ = make_tool_call_parser(format.tools, format.calls);
  if (calls_ && format.calls_or_text)
    gate_.emplace(markup_of(format.tools).block_begin, !reasoning_ && format.reasons_unparsed);
}

output_delta answer_splitter::push(std::string_view text, bool stops_count) {
  HADAL_ASSERT(!done_);
  output_delta out;
  take_apart(text, stops_count, out);
  if (done_ && !out.finish)
    out.finish = finish_of({});
  return out;
}

void answer_splitter::take_apart(std::string_view text, bool stops_count, output_delta& out) {
  if (!reasoning_)
    return add_rest(text, stops_count, out);
  auto pieces = reasoning_->push(text);
  add_reasoning(std::move(pieces.reasoning), out);
  add_rest(pieces.rest, stops_count, out);
}

output_delta answer_splitter::pass_over(std::string_view hidden, bool stops_count) {
  HADAL_ASSERT(!done_);
  output_delta out;
  if (reasoning_) {
    auto pieces = reasoning_->settle();
    add_reasoning(std::move(pieces.reasoning), out);
    add_rest(pieces.rest, stops_count, out);
  }
  if (!done_ && !in_reasoning())
    add_searched(stops_.push_hidden(hidden, stops_count), out);
  if (done_ && !out.finish)
    out.finish = finish_of({});
  return out;
}

output_delta answer_splitter::finish(const model::finish& end) {
  HADAL_ASSERT(!done_);
  output_delta out;
  take_rest(end, out);
  if (!out.finish)
    out.finish = finish_of(end);
  return out;
}

void answer_splitter::take_rest(const model::finish& end, output_delta& out) {
  if (reasoning_) {
    auto pieces = reasoning_->finish();
    add_reasoning(std::move(pieces.reasoning), out);
    out.reasoning += std::exchange(held_reasoning_, {});
    add_rest(pieces.rest, true, out);
  }
  if (done_)
    return;
  add_calls(stops_.finish(), out);
  if (!done_)
    finish_calls(end.reason == finish_reason::length || end.reason == finish_reason::failed, out);
}

/// A first call that ends the answer comes before a stop string found later, and what was found in
/// the text before the end of the tokens.
model::finish answer_splitter::finish_of(const model::finish& end) const {
  const bool has_call = calls_ && calls_->closed_calls() > 0;
  const model::finish by_call{finish_reason::tool_calls, {}, {}, {}};
  if (has_call && format_.calls.first_call_only)
    return by_call;
  if (const auto which = stops_.matched())
    return {finish_reason::stop, stops_.stop(*which), {}, {}};
  return has_call && end.reason == finish_reason::stop ? by_call : end;
}

void answer_splitter::add_reasoning(std::string text, output_delta& out) {
  if (!format_.separate_reasoning) {
    out.content += text;
    return;
  }
  if (format_.stream_reasoning) {
    out.reasoning += text;
    return;
  }
  held_reasoning_ += text;
  if (!reasoning_->inside())
    out.reasoning += std::exchange(held_reasoning_, {});
}

void answer_splitter::add_rest(std::string_view text, bool stops_count, output_delta& out) {
  if (!text.empty())
    add_searched(stops_.push(text, stops_count), out);
}

/// The text before a stop string; the text ends where one is found.
void answer_splitter::add_searched(std::string_view text, output_delta& out) {
  add_calls(text, out);
  if (!stops_.matched() || done_)
    return;
  finish_calls(false, out);
  done_ = true;
}

void answer_splitter::add_calls(std::string_view text, output_delta& out) {
  if (!calls_) {
    out.content += text;
    return;
  }
  if (!gate_) {
    calls_->push(text, out);
  } else {
    const auto pieces = gate_->push(text);
    out.content += pieces.text;
    calls_->push(pieces.calls, out);
  }
  done_ |= calls_->done();
}

void answer_splitter::finish_calls(bool is_cut, output_delta& out) {
  if (gate_)
    out.content += gate_->finish().text;
  if (calls_)
    calls_->finish(is_cut, out);
}

std::size_t answer_splitter::decided() const noexcept {
  const std::size_t reasoning = reasoning_ ? reasoning_->reasoning_bytes() : 0;
  if (!calls_ || !calls_->done())
    return reasoning + stops_.released();
  return reasoning + (gate_ ? gate_->text_bytes() : 0) + calls_->consumed();
}

} // namespace hadal::model
