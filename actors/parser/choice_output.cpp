#include "actors/parser/choice_output.hpp"

#include "model/sampling/choice_seed.hpp"
#include "model/tokenizer/incremental_detokenizer.hpp"
#include "model/tokenizer/tokenizer.hpp"
#include "net/openai/answer.hpp"

#include <string_view>

namespace hadal::actors {

using namespace protocol;

choice_output::choice_output(output_spec_ptr spec,
                             std::shared_ptr<const model::tokenizer> vocabulary)
  : spec_(std::move(spec)), vocabulary_(std::move(vocabulary)),
    splitter_(spec_->format, spec_->stop, spec_->include_stop_str_in_output) {
  if (vocabulary_)
    detokenizer_ = std::make_unique<model::incremental_detokenizer>(vocabulary_, false);
}

choice_output::~choice_output() = default;
choice_output::choice_output(choice_output&&) noexcept = default;
choice_output& choice_output::operator=(choice_output&&) noexcept = default;

sequence_delta choice_output::push(const sequence_tokens& tokens) {
  sequence_delta delta;
  delta.exchange = spec_->exchange;
  delta.choice = spec_->choice;
  delta.sequence = tokens.sequence;
  for (const auto& score : tokens.scores)
    delta.prompt_logprobs.push_back(entry_of(score.id, score.logprob, score.top));
  for (const auto& token : tokens.tokens) {
    if (splitter_.done() || delta.finish)
      break;
    count(token, delta);
    if (tokens.end != token_end::end_token || &token != &tokens.tokens.back())
      take(token, delta);
  }
  delta.completion_tokens = completion_tokens_;
  if (tokens.end != token_end::none && !splitter_.done()) {
    if (detokenizer_)
      add(splitter_.push(detokenizer_->flush()), delta);
    if (!splitter_.done())
      add(splitter_.finish(tokens.end == token_end::end_token ? model::text_end::ended
                                                              : model::text_end::cut),
          delta);
  }
  delta.reasoning_tokens = reasoning_tokens_;
  give_entries(delta);
  end(tokens, delta);
  return delta;
}

void choice_output::count(const model::sampled_token& token, sequence_delta& out) {
  ++completion_tokens_;
  if (spec_->logprobs && spec_->logprobs_of_all_tokens)
    out.logprobs.push_back(entry_of(token.id, token.logprob, token.top));
  if (spec_->return_token_ids)
    out.token_ids.push_back(token.id);
}

void choice_output::take(const model::sampled_token& token, sequence_delta& out) {
  if (!vocabulary_)
    return;
  const bool was_reasoning = splitter_.in_reasoning();
  const bool stops_count = static_cast<std::int64_t>(completion_tokens_) >= spec_->min_tokens;
  if (is_shown(token.id)) {
    if (spec_->logprobs && !spec_->logprobs_of_all_tokens &&
        !vocabulary_->token_bytes(token.id).empty())
      entries_.push_back({text_bytes_, entry_of(token.id, token.logprob, token.top)});
    const std::string text = detokenizer_->push(token.id);
    text_bytes_ += text.size();
    add(splitter_.push(text, stops_count), out);
  } else {
    add(splitter_.pass_over(vocabulary_->token_bytes(token.id), stops_count), out);
  }
  // A token that opens or closes the reasoning counts as part of it.
  if (was_reasoning || splitter_.in_reasoning())
    reasoning_tokens_ = completion_tokens_;
}

/// Skipped special tokens have no text, unless the markup is made of them.
bool choice_output::is_shown(token_id id) const {
  return !spec_->skip_special_tokens || !vocabulary_->is_special(id) ||
         model::is_markup(vocabulary_->token_bytes(id), spec_->format);
}

token_entry choice_output::entry_of(token_id token, std::optional<float> logprob,
                                    const std::vector<model::token_logprob>& top) const {
  auto bytes = [this](token_id id) {
    auto view = vocabulary_ ? vocabulary_->token_bytes(id) : std::string_view();
    return view.empty() ? std::string_view() : view; // no entry: no bytes, not zero bytes
  };
  token_entry entry{token, bytes(token), logprob.value_or(0.0f), logprob.has_value(), {}};
  for (const auto& candidate : top)
    entry.top.push_back({candidate.id, bytes(candidate.id), candidate.logprob});
  return entry;
}

void choice_output::add(model::output_delta delta, sequence_delta& out) {
  out.text += delta.content;
  out.reasoning += delta.reasoning;
  for (auto& piece : delta.calls)
    out.tool_calls.push_back({piece.index, piece.begins ? call_id(piece.index) : std::string(),
                              std::move(piece.name), std::move(piece.arguments)});
  if (delta.failure)
    out.finish = finish_info{finish_kind::failed, {}, {}, *delta.failure};
}

/// A function of spec and index, so that the same tokens always give the same answer.
std::string choice_output::call_id(std::uint32_t index) const {
  const auto draw = [&](std::uint32_t which) {
    return model::choice_seed(spec_->call_id_seed, 3 * index + which);
  };
  return net::answer_id("call_", {draw(0), draw(1), draw(2)});
}

void choice_output::give_entries(sequence_delta& out) {
  while (!entries_.empty() && entries_.front().begin < splitter_.decided()) {
    out.logprobs.push_back(std::move(entries_.front().entry));
    entries_.pop_front();
  }
}

void choice_output::end(const sequence_tokens& tokens, sequence_delta& out) {
  if (out.finish)
    return; // it failed
  if (splitter_.ended_by_call()) {
    out.finish = finish_info{finish_kind::tool_calls, {}, {}, {}};
    return;
  }
  if (const auto which = splitter_.matched_stop()) {
    out.finish = finish_info{finish_kind::stop, spec_->stop[*which], {}, {}};
    return;
  }
  switch (tokens.end) {
  case token_end::none: return;
  case token_end::end_token:
    out.finish = splitter_.closed_calls() > 0
                     ? finish_info{finish_kind::tool_calls, {}, {}, {}}
                     : finish_info{finish_kind::stop, {}, tokens.tokens.back().id, {}};
    return;
  case token_end::length: out.finish = finish_info{finish_kind::length, {}, {}, {}}; return;
  case token_end::failed:
    out.finish = finish_info{finish_kind::failed, {}, {}, tokens.failure};
    return;
  }
}

} // namespace hadal::actors
