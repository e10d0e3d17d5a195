#include "actors/parser/choice_output.hpp"

#include "model/tokenizer/incremental_detokenizer.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <algorithm>

namespace hadal::actors {

using namespace protocol;

choice_output::choice_output(output_spec_ptr spec,
                             std::shared_ptr<const model::tokenizer> vocabulary)
  : spec_(std::move(spec)), vocabulary_(std::move(vocabulary)) {
  if (vocabulary_)
    detokenizer_ =
        std::make_unique<model::incremental_detokenizer>(vocabulary_, spec_->skip_special_tokens);
  for (const auto& stop : spec_->stop)
    stop_bytes_max_ = std::max(stop_bytes_max_, stop.size());
}

choice_output::~choice_output() = default;
choice_output::choice_output(choice_output&&) noexcept = default;
choice_output& choice_output::operator=(choice_output&&) noexcept = default;

sequence_delta choice_output::push(const sequence_tokens& tokens) {
  sequence_delta delta;
  delta.exchange = spec_->exchange;
  delta.choice = spec_->choice;
  delta.sequence = tokens.sequence;
  if (tokens.has_token) {
    ++completion_tokens_;
    if (spec_->return_token_ids)
      delta.token_ids.push_back(tokens.token.id);
    if (tokens.end != token_end::end_token)
      take(tokens.token);
  }
  delta.completion_tokens = completion_tokens_;
  if (tokens.end != token_end::none && detokenizer_)
    held_ += detokenizer_->flush();
  if (auto match = find_stop()) {
    auto until = spec_->include_stop_str_in_output ? match->end : match->begin;
    give_text(until, delta);
    give_entries(until, delta);
    delta.finish = finish_info{finish_kind::stop, spec_->stop[match->which], {}, {}};
    return delta;
  }
  searched_ = held_begin_ + held_.size();
  if (tokens.end == token_end::none) {
    auto until = searched_ - held_suffix();
    give_text(until, delta);
    give_entries(until, delta);
    return delta;
  }
  give_text(searched_, delta);
  give_entries(searched_, delta);
  switch (tokens.end) {
  case token_end::end_token:
    delta.finish = finish_info{finish_kind::stop, {}, tokens.token.id, {}};
    break;
  case token_end::length: delta.finish = finish_info{finish_kind::length, {}, {}, {}}; break;
  default: delta.finish = finish_info{finish_kind::failed, {}, {}, tokens.failure}; break;
  }
  return delta;
}

void choice_output::take(const model::sampled_token& token) {
  if (!vocabulary_)
    return;
  bool shown = !(spec_->skip_special_tokens && vocabulary_->is_special(token.id)) &&
               !vocabulary_->token_bytes(token.id).empty();
  if (spec_->logprobs && shown)
    entries_.push_back({held_begin_ + held_.size(), entry_of(token)});
  held_ += detokenizer_->push(token.id);
  if (static_cast<std::int64_t>(completion_tokens_) < spec_->min_tokens)
    searched_ = held_begin_ + held_.size();
}

token_entry choice_output::entry_of(const model::sampled_token& token) const {
  auto bytes = [this](token_id id) {
    auto view = vocabulary_->token_bytes(id);
    return view.empty() ? std::string_view() : view; // no entry: no bytes, not zero bytes
  };
  token_entry entry{token.id, bytes(token.id), token.logprob, {}};
  for (const auto& candidate : token.top)
    entry.top.push_back({candidate.id, bytes(candidate.id), candidate.logprob});
  return entry;
}

std::optional<choice_output::stop_match> choice_output::find_stop() const {
  std::optional<stop_match> best;
  for (std::size_t which = 0; which < spec_->stop.size(); ++which) {
    std::string_view stop = spec_->stop[which];
    // The first place where this stop may begin and still end after what has been searched.
    auto from = searched_ + 1 > held_begin_ + stop.size()
                    ? searched_ + 1 - stop.size() - held_begin_
                    : std::size_t{0};
    auto at = std::string_view(held_).find(stop, from);
    if (at == std::string_view::npos)
      continue;
    stop_match match{held_begin_ + at, held_begin_ + at + stop.size(), which};
    if (!best || match.end < best->end || (match.end == best->end && match.begin < best->begin))
      best = match;
  }
  return best;
}

/// Bytes at the end of the held text that a stop string may begin with.
std::size_t choice_output::held_suffix() const {
  std::size_t longest = 0;
  std::string_view text = held_;
  for (std::string_view stop : spec_->stop) {
    auto most = std::min(stop.size() - 1, text.size());
    for (auto length = most; length > longest; --length)
      if (text.substr(text.size() - length) == stop.substr(0, length)) {
        longest = length;
        break;
      }
  }
  return longest;
}

void choice_output::give_text(std::size_t until, sequence_delta& delta) {
  auto count = until - held_begin_;
  delta.text.assign(held_, 0, count);
  held_.erase(0, count);
  held_begin_ = until;
}

void choice_output::give_entries(std::size_t until, sequence_delta& delta) {
  while (!entries_.empty() && entries_.front().begin < until) {
    delta.logprobs.push_back(std::move(entries_.front().entry));
    entries_.pop_front();
  }
}

} // namespace hadal::actors
