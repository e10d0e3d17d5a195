#include "actors/parser/choice_output.hpp"

#include "model/tokenizer/incremental_detokenizer.hpp"
#include "model/tokenizer/tokenizer.hpp"

namespace hadal::actors {

using namespace protocol;

namespace {

model::scored_token scored(const model::sampled_token& token) {
  return {token.id, token.logprob, token.top};
}

} // namespace

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
  delta.prompt_logprobs = tokens.scores;
  const bool has_end_token = tokens.finish && tokens.finish->reason == model::finish_reason::stop;
  for (const auto& token : tokens.tokens) {
    if (splitter_.done())
      break;
    count(token, delta);
    if (!has_end_token || &token != &tokens.tokens.back())
      take(token, delta);
  }
  delta.completion_tokens = completion_tokens_;
  if (tokens.finish && !splitter_.done()) {
    if (detokenizer_)
      delta.output.append(splitter_.push(detokenizer_->flush()));
    if (!splitter_.done())
      delta.output.append(splitter_.finish(*tokens.finish));
  }
  delta.reasoning_tokens = reasoning_tokens_;
  give_entries(delta);
  return delta;
}

void choice_output::count(const model::sampled_token& token, sequence_delta& out) {
  ++completion_tokens_;
  if (spec_->logprobs && spec_->logprobs_of_all_tokens)
    out.logprobs.push_back(scored(token));
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
      entries_.push_back({text_bytes_, scored(token)});
    const std::string text = detokenizer_->push(token.id);
    text_bytes_ += text.size();
    out.output.append(splitter_.push(text, stops_count));
  } else {
    out.output.append(splitter_.pass_over(vocabulary_->token_bytes(token.id), stops_count));
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

void choice_output::give_entries(sequence_delta& out) {
  while (!entries_.empty() && entries_.front().begin < splitter_.decided()) {
    out.logprobs.push_back(std::move(entries_.front().entry));
    entries_.pop_front();
  }
}

} // namespace hadal::actors
