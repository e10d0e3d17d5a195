#include "actors/tokenizer/tokenizer.hpp"

#include "model/chat/chat_encoder.hpp"
#include "model/chat/fill_in_middle.hpp"
#include "model/tokenizer/tokenizer.hpp"

#include <fmt/core.h>

namespace hadal::actors {

using namespace protocol;

namespace {

error no_tokenizer(const char* param) {
  return {error_code::invalid_request,
          "the server runs without a tokenizer (--skip-tokenizer-init): send token ids", param};
}

/// The ids of a prompt; for a conversation also whether it opens the reasoning.
result<encoded_prompt> encode_source(const prompt_source& source,
                                     const model::tokenizer* vocabulary,
                                     const model::chat_encoder* encoder) {
  encoded_prompt answer;
  const auto take = [&](std::vector<token_id> ids) {
    answer.ids = std::make_shared<const std::vector<token_id>>(std::move(ids));
    return std::move(answer);
  };
  if (auto* ids = std::get_if<id_prompt>(&source))
    return take(ids->ids);
  if (auto* raw = std::get_if<raw_prompt>(&source)) {
    if (!vocabulary)
      return fail(no_tokenizer("prompt"));
    HADAL_TRY_ASSIGN(ids, vocabulary->encode_raw(raw->text, raw->add_special_tokens));
    return take(std::move(ids));
  }
  if (auto* gap = std::get_if<gap_prompt>(&source)) {
    if (!vocabulary)
      return fail(no_tokenizer("prompt"));
    HADAL_TRY_ASSIGN(ids, model::encode_fill_in_middle(*vocabulary, gap->prefix, gap->suffix));
    return take(std::move(ids));
  }
  if (!vocabulary || !encoder)
    return fail(no_tokenizer("messages"));
  const auto& conversation = std::get<model::chat_conversation>(source);
  HADAL_TRY_ASSIGN(text, encoder->encode(conversation));
  answer.reasoning = model::reasoning_of(text, conversation);
  HADAL_TRY_ASSIGN(ids, vocabulary->encode(text));
  return take(std::move(ids));
}

} // namespace

tokenizer::tokenizer(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
                     std::shared_ptr<const model::tokenizer> vocabulary,
                     std::shared_ptr<const model::chat_encoder> encoder)
  : actor_base(cfg, env, pinned), vocabulary_(std::move(vocabulary)), encoder_(std::move(encoder)) {
}

tokenizer::behavior_type tokenizer::make_behavior() {
  return {[this](const encode_prompt& m) { return on(m); },
          [this](const decode_tokens& m) { return on(m); }};
}

encoded_prompt tokenizer::on(const encode_prompt& m) {
  auto encoded = encode_source(*m.source, vocabulary_.get(), encoder_.get());
  if (!encoded) {
    encoded_prompt failed;
    failed.failure = encoded.error();
    return failed;
  }
  auto answer = std::move(*encoded);
  if (auto* raw = std::get_if<raw_prompt>(m.source.get()))
    answer.added_tokens = raw->add_special_tokens && vocabulary_->adds_bos() ? 1 : 0;
  if (m.want_text) {
    if (auto* raw = std::get_if<raw_prompt>(m.source.get()))
      answer.text = raw->text;
    else if (auto* gap = std::get_if<gap_prompt>(m.source.get()))
      answer.text = gap->prefix;
    else if (vocabulary_) {
      // A BOS that a client put before its ids has no text, like one that was added.
      std::span<const token_id> ids = *answer.ids;
      const bool opens =
          vocabulary_->adds_bos() && !ids.empty() && vocabulary_->bos_id() == ids.front();
      answer.added_tokens = opens ? 1 : 0;
      answer.text = vocabulary_->decode(ids.subspan(answer.added_tokens), false);
    }
  }
  return answer;
}

decoded_text tokenizer::on(const decode_tokens& m) {
  if (!vocabulary_)
    return {{}, no_tokenizer("tokens")};
  for (auto id : *m.ids)
    if (!vocabulary_->has_entry(id))
      return {{},
              error{error_code::invalid_request, fmt::format("token id {} has no entry", id),
                    "tokens"}};
  return {vocabulary_->decode(*m.ids, m.skip_special_tokens), std::nullopt};
}

} // namespace hadal::actors
