#include "actors/session/answer_constraints.hpp"

#include <algorithm>
#include <utility>

namespace hadal::actors {

model::constraint_source constraint_source_of(const net::constraint_field& field) {
  using from = net::constraint_field::kind_type;
  using to = model::constraint_kind;
  auto kind = to::json_object;
  switch (field.kind) {
  case from::json_object: break;
  case from::json_schema: kind = to::json_schema; break;
  case from::regex: kind = to::regex; break;
  case from::ebnf: kind = to::ebnf; break;
  case from::structural_tag: kind = to::structural_tag; break;
  }
  return {kind, field.text, field.param};
}

void answer_constraints::add(const std::shared_ptr<const net::constraint_field>& field) {
  if (!field) {
    of_prompt_.emplace_back();
    return;
  }
  const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const entry& known) {
    return known.field == field ||
           (known.field && known.field->kind == field->kind && known.field->text == field->text);
  });
  of_prompt_.push_back({static_cast<std::size_t>(same - entries_.begin()), unconstrained});
  if (same == entries_.end())
    entries_.push_back(
        {field, std::make_shared<const model::constraint_source>(constraint_source_of(*field)),
         nullptr});
}

void answer_constraints::add(model::constraint_source source,
                             std::optional<model::constraint_source> looser) {
  of_prompt_.push_back({add_entry(std::move(source), std::move(looser)), unconstrained});
}

void answer_constraints::add_in_place(model::constraint_source source,
                                      std::optional<model::constraint_source> looser) {
  HADAL_ASSERT(!of_prompt_.empty() && of_prompt_.back().text != unconstrained);
  of_prompt_.back().in_place = add_entry(std::move(source), std::move(looser));
}

std::size_t answer_constraints::add_entry(model::constraint_source source,
                                          std::optional<model::constraint_source> looser) {
  entries_.push_back(
      {nullptr, std::make_shared<const model::constraint_source>(std::move(source)),
       looser ? std::make_shared<const model::constraint_source>(std::move(*looser)) : nullptr});
  return entries_.size() - 1;
}

bool answer_constraints::loosen() {
  HADAL_ASSERT(grammars_.size() < entries_.size());
  entry& wanted = entries_[grammars_.size()];
  if (!wanted.looser)
    return false;
  wanted.source = std::move(wanted.looser);
  return true;
}

std::shared_ptr<const model::constraint_source> answer_constraints::next() const {
  return grammars_.size() < entries_.size() ? entries_[grammars_.size()].source : nullptr;
}

void answer_constraints::compiled(model::compiled_grammar_ptr grammar) {
  HADAL_ASSERT(grammars_.size() < entries_.size());
  grammars_.push_back(std::move(grammar));
}

model::compiled_grammar_ptr answer_constraints::compiled_entry(std::size_t index) const {
  return index < grammars_.size() ? grammars_[index] : nullptr;
}

model::compiled_grammar_ptr answer_constraints::grammar(std::size_t prompt) const {
  return compiled_entry(of_prompt_.at(prompt).text);
}

model::compiled_grammar_ptr answer_constraints::grammar_in_place(std::size_t prompt) const {
  return compiled_entry(of_prompt_.at(prompt).in_place);
}

const std::string& answer_constraints::param(std::size_t prompt) const {
  const std::size_t index = of_prompt_.at(prompt).text;
  HADAL_ASSERT(index < entries_.size());
  return entries_[index].source->param;
}

} // namespace hadal::actors
