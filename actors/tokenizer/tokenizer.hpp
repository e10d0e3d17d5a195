#pragma once
// The actor around model/tokenizer and the chat encoder (actors/protocol/tokenizer.hpp).

#include "actors/protocol/tokenizer.hpp"
#include "actors/runtime/actor_base.hpp"

#include <memory>

namespace hadal::model {
class tokenizer;
class chat_encoder;
} // namespace hadal::model

namespace hadal::actors {

class tokenizer final : public runtime::actor_base<protocol::tokenizer_actor> {
public:
  /// Both null with --skip-tokenizer-init: then only ids are accepted.
  tokenizer(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
            std::shared_ptr<const model::tokenizer> vocabulary,
            std::shared_ptr<const model::chat_encoder> encoder);

  const char* name() const override { return "tokenizer"; }
  behavior_type make_behavior() override;

private:
  protocol::encoded_prompt on(const protocol::encode_prompt& m);
  protocol::decoded_text on(const protocol::decode_tokens& m);

  std::shared_ptr<const model::tokenizer> vocabulary_;
  std::shared_ptr<const model::chat_encoder> encoder_;
};

} // namespace hadal::actors
