#include "actors/parser/parser.hpp"

namespace hadal::actors {

using namespace protocol;

parser::parser(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
               std::shared_ptr<const model::tokenizer> vocabulary)
  : actor_base(cfg, env, pinned), vocabulary_(std::move(vocabulary)) {}

parser::behavior_type parser::make_behavior() {
  return {[this](const step_tokens& m) { on(m); }, [this](const forget_sequences& m) { on(m); }};
}

void parser::on_exit() {
  actor_base::on_exit();
  choices_.clear();
}

void parser::on(const step_tokens& m) {
  std::map<caf::actor_addr, std::pair<delta_sink_actor, std::vector<sequence_delta>>> by_sink;
  auto scheduler = caf::actor_cast<scheduler_actor>(current_sender());
  const auto address = caf::actor_cast<caf::actor_addr>(current_sender());
  if (scheduler)
    watch(scheduler, [this, address](const caf::error&) { // its sequences are gone
      std::erase_if(choices_, [&](const auto& entry) { return entry.second.scheduler == address; });
    });
  for (const auto& tokens : *m.tokens) {
    if (tokens.open)
      choices_.try_emplace(tokens.sequence,
                           parsed_choice{choice_output(tokens.open, vocabulary_), address});
    auto i = choices_.find(tokens.sequence);
    if (i == choices_.end())
      continue; // its text was complete; later tokens are discarded
    auto& choice = i->second.output;
    auto delta = parse(choice, tokens);
    const delta_sink_actor& sink = choice.spec().sink;
    auto& entry = by_sink[sink.address()];
    if (entry.second.empty()) {
      entry.first = sink;
      entry.second.reserve(m.tokens->size());
    }
    if (delta.output.finish) {
      if (!tokens.finish && scheduler)
        tell(scheduler, stop_sequence{tokens.sequence});
      choices_.erase(i);
    }
    entry.second.push_back(std::move(delta));
  }
  for (auto& [where, entry] : by_sink)
    tell(entry.first,
         step_deltas{std::make_shared<const std::vector<sequence_delta>>(std::move(entry.second))});
}

sequence_delta parser::parse(choice_output& choice, const sequence_tokens& tokens) {
  try {
    return choice.push(tokens);
  } catch (const std::exception& e) {
    log::error("parser ends sequence {}: {}", raw(tokens.sequence), e.what());
    sequence_delta delta;
    delta.exchange = choice.spec().exchange;
    delta.choice = choice.spec().choice;
    delta.sequence = tokens.sequence;
    delta.output.finish =
        model::failed({error_code::internal, "the answer could not be parsed", {}});
    return delta;
  }
}

void parser::on(const forget_sequences& m) {
  for (auto id : m.sequences)
    choices_.erase(id);
}

} // namespace hadal::actors
