#include "model/grammar/constrained_output.hpp"

#include "base/assert.hpp"

#include <utility>

namespace hadal::model {

constrained_output::constrained_output(output_constraint_ptr constraint)
  : constraint_(std::move(constraint)), text_(constraint_->grammar),
    in_reasoning_(constraint_->reasoning_end.has_value()) {
  HADAL_ASSERT(!constraint_->end_tokens.empty());
  if (const auto& calls = constraint_->calls) {
    HADAL_ASSERT(!calls->begin.empty());
    calls_.emplace(calls->grammar);
    begun_.emplace();
  }
  if (!in_reasoning_)
    return;
  auto all = std::make_shared<kernels::token_mask>(constraint_->grammar->vocabulary().size());
  for (auto& word : all->words())
    word = ~std::uint64_t{0};
  for (const token_id id : constraint_->end_tokens)
    all->refuse(id);
  free_ = std::move(all);
}

result<void> constrained_output::accept(token_id id) {
  if (in_reasoning_) {
    if (id == constraint_->reasoning_end) {
      in_reasoning_ = false;
      free_.reset();
    }
    return {};
  }
  result<void> taken = fail(error_code::invalid_request, "a token after the answer was lost");
  if (calls_) {
    taken = calls_->accept(id);
    if (!taken)
      calls_.reset();
  }
  if (text_) {
    auto as_text = accept_as_text(id);
    if (!as_text)
      text_.reset();
    if (!calls_)
      taken = std::move(as_text);
  }
  return taken;
}

result<void> constrained_output::accept_as_text(token_id id) {
  if (begun_) {
    const auto bytes = constraint_->grammar->vocabulary().bytes_of(id);
    *begun_ += bytes;
    if (begun_->starts_with(constraint_->calls->begin))
      return fail(error_code::invalid_request, "a text begins as calls do");
    if (bytes.empty() || !constraint_->calls->begin.starts_with(*begun_))
      begun_.reset();
  }
  return text_->accept(id);
}

result<kernels::token_mask_ptr> constrained_output::mask() {
  if (in_reasoning_)
    return free_;
  auto mask = std::make_shared<kernels::token_mask>(constraint_->grammar->vocabulary().size());
  if (text_) {
    HADAL_TRY(text_->fill(*mask));
    refuse_beginning_of_calls(*mask);
  }
  if (calls_)
    HADAL_TRY(calls_->fill(*mask));
  if ((text_ && text_->may_end()) || (calls_ && calls_->may_end()))
    for (const token_id id : constraint_->end_tokens)
      mask->allow(id);
  if (mask->none())
    return fail(error_code::invalid_request,
                "the model's vocabulary has no token that the grammar allows next");
  return kernels::token_mask_ptr(std::move(mask));
}

/// Tokens that would complete the begin of calls in the text: they are adjacent in the vocabulary's
/// order.
void constrained_output::refuse_beginning_of_calls(kernels::token_mask& mask) const {
  if (!begun_)
    return;
  const auto& vocabulary = constraint_->grammar->vocabulary();
  const auto rest = std::string_view(constraint_->calls->begin).substr(begun_->size());
  for (auto at = vocabulary.first_from(rest);
       at < vocabulary.text_token_count() && vocabulary.bytes_at(at).starts_with(rest); ++at)
    mask.refuse(vocabulary.id_at(at));
}

} // namespace hadal::model
