#include "model/grammar/constrained_output.hpp"

#include "base/assert.hpp"

namespace hadal::model {

constrained_output::constrained_output(output_constraint_ptr constraint)
  : constraint_(std::move(constraint)), matcher_(constraint_->grammar),
    in_reasoning_(constraint_->reasoning_end.has_value()) {
  HADAL_ASSERT(!constraint_->end_tokens.empty());
  if (!in_reasoning_)
    return;
  auto all = std::make_shared<token_mask>(constraint_->grammar->vocabulary().size());
  for (auto& word : all->words())
    word = ~std::uint64_t{0};
  for (const token_id id : constraint_->end_tokens)
    all->refuse(id);
  free_ = std::move(all);
}

result<void> constrained_output::accept(token_id id) {
  if (!in_reasoning_)
    return matcher_.accept(id);
  if (id == constraint_->reasoning_end) {
    in_reasoning_ = false;
    free_.reset();
  }
  return {};
}

result<token_mask_ptr> constrained_output::mask() {
  if (in_reasoning_)
    return free_;
  auto mask = std::make_shared<token_mask>(constraint_->grammar->vocabulary().size());
  HADAL_TRY(matcher_.fill(*mask));
  if (matcher_.may_end())
    for (const token_id id : constraint_->end_tokens)
      mask->allow(id);
  if (mask->none())
    return fail(error_code::invalid_request,
                "the model's vocabulary has no token that the grammar allows next");
  return token_mask_ptr(std::move(mask));
}

} // namespace hadal::model
