#pragma once
// The life of one request to /tokenize or /detokenize (actors/protocol/session.hpp): its tokenizer
// answers every text or list of ids, then the whole answer is sent. No scheduler works for it.

#include "actors/session/session_base.hpp"
#include "net/openai/tokenize_request.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace hadal::actors {

struct text_session_start {
  session_links links;
  std::variant<net::tokenize_request, net::detokenize_request> body;
};

class text_session final : public session_base {
public:
  text_session(caf::actor_config& cfg, runtime::environment& env, caf::execution_unit* pinned,
               std::shared_ptr<text_session_start> start);

private:
  void begin() override;
  void withdraw() override {}

  void begin(const net::tokenize_request& request);
  void begin(const net::detokenize_request& request);
  void answer(net::http_response response);

  std::shared_ptr<text_session_start> start_;
  std::vector<std::vector<token_id>> lists_; // of /tokenize, by prompt
  std::vector<std::string> texts_;           // of /detokenize, by list
  std::size_t answers_due_ = 0;
};

} // namespace hadal::actors
