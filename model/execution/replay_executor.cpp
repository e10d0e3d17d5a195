#include "model/execution/replay_executor.hpp"

#include "base/assert.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace hadal::model {

replay_executor::replay_executor(executor_info info, std::shared_ptr<const tokenizer> vocabulary)
  : info_(info), vocabulary_(std::move(vocabulary)), slots_(info.slot_count) {
  info_.vocab_size =
      std::max(info.vocab_size, static_cast<std::int32_t>(vocabulary_->vocab_size()));
  info_.takes_masks = false;
}

result<std::unique_ptr<replay_executor>>
replay_executor::make(executor_info info, const replay_script& script,
                      std::shared_ptr<const tokenizer> vocabulary, token_id end_id) {
  // The constructor is private, so no make_unique.
  std::unique_ptr<replay_executor> made(new replay_executor(info, std::move(vocabulary)));
  for (const replay_line& line : script.lines) {
    auto tokenized = made->tokenize(line, end_id);
    if (!tokenized)
      return fail(replay_error(script.file, line.number, tokenized.error().message));
    made->answers_.push_back(std::move(*tokenized));
  }
  made->no_line_ = std::make_shared<const error>(
      error{error_code::invalid_request,
            fmt::format("no line of {} matches the prompt",
                        std::filesystem::path(script.file).filename().string()),
            {}});
  return made;
}

result<replay_executor::answer> replay_executor::tokenize(const replay_line& line,
                                                          token_id end_id) const {
  answer made{line.match, {}, line.delay_us, end_id};
  if (line.is_text) {
    HADAL_TRY_ASSIGN(ids, vocabulary_->encode_raw(line.pieces.front(), false));
    made.ids = std::move(ids);
  } else {
    for (const std::string& piece : line.pieces) {
      const auto id = vocabulary_->id_of(piece);
      HADAL_ASSERT(id.has_value());
      made.ids.push_back(*id);
    }
  }
  if (!line.ends && made.ids.empty())
    return fail(error_code::invalid_config,
                "\"end\": \"none\" repeats the last token, and the text has none");
  if (!line.ends)
    made.after = made.ids.back();
  else if (end_id < 0)
    return fail(error_code::invalid_config, "the model has no end token: use \"end\": \"none\"");
  return made;
}

const replay_executor::answer* replay_executor::choose(const std::vector<token_id>& prompt) const {
  const std::string text = vocabulary_->decode(prompt, false);
  const auto found = std::find_if(answers_.begin(), answers_.end(), [&](const answer& a) {
    return text.find(a.match) != std::string::npos;
  });
  return found == answers_.end() ? nullptr : &*found;
}

result<void> replay_executor::forward(const forward_batch& batch) {
  forwarded_ = batch.id;
  scores_.clear();
  for (const sequence_extend& e : batch.sequences) {
    if (e.scored_begin == e.scored_end)
      continue;
    prompt_scores& scores = scores_.emplace_back(prompt_scores{e.slot, {}, false});
    for (std::int32_t p = e.scored_begin; p < e.scored_end; ++p) {
      scored_token& scored = scores.tokens.emplace_back();
      scored.id = scored_token_id(batch, e, p);
      scored.logprob = 0.0f;
      if (e.scored_top > 0)
        scored.top.push_back({scored.id, 0.0f});
    }
  }
  return {};
}

sampled_token replay_executor::next(const slot_record& slot, std::int32_t output_index) const {
  sampled_token token;
  if (slot.plays == nullptr) {
    token.failure = no_line_;
    return token;
  }
  const auto index = static_cast<std::size_t>(output_index);
  token.id = index < slot.plays->ids.size() ? slot.plays->ids[index] : slot.plays->after;
  token.delay_us = slot.plays->delay_us;
  if (slot.state->params.top_logprobs > 0)
    token.top.push_back({token.id, 0.0f});
  return token;
}

void replay_executor::sample(const sample_batch& batch, sampled_callback done) {
  HADAL_ASSERT(batch.id == forwarded_);
  sample_result result{batch.id, {}, {}, std::move(scores_)};
  scores_.clear();
  result.runs.reserve(batch.sequences.size());
  result.tokens.reserve(batch.sequences.size());
  for (const sequence_sample& sequence : batch.sequences) {
    HADAL_ASSERT(sequence.slot < slots_.size() && sequence.output_index >= 0);
    slot_record& slot = slots_[sequence.slot];
    if (sequence.open != nullptr) {
      HADAL_ASSERT(sequence.open->prompt_ids != nullptr);
      slot = {sequence.open, choose(*sequence.open->prompt_ids)};
    }
    HADAL_ASSERT(slot.state != nullptr);
    result.runs.push_back({sequence.slot, static_cast<std::uint32_t>(result.tokens.size()), 1});
    result.tokens.push_back(next(slot, sequence.output_index));
  }
  done(std::move(result));
}

} // namespace hadal::model
