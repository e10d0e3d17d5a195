#pragma once
// The actors of a desk, as a list of what they are told. Sessions are null handles.

#include "actors/gateway/desk_links.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

namespace hadal::tests {

class fake_links final : public actors::desk_links {
public:
  protocol::session_actor start_session(std::shared_ptr<actors::session_start> start) override {
    generations.push_back(std::move(start));
    return {};
  }
  protocol::session_actor
  start_session(std::shared_ptr<actors::text_session_start> start) override {
    texts.push_back(std::move(start));
    return {};
  }
  void tell_session(const protocol::session_actor&, protocol::client_gone) override {
    told.emplace_back("client_gone");
  }
  void tell_session(const protocol::session_actor&, protocol::answer_complete) override {
    told.emplace_back("answer_complete");
  }
  void tell_scheduler(const protocol::scheduler_actor&, protocol::return_credit m) override {
    std::string line = "credit";
    for (const auto& credit : m.credits)
      line += fmt::format(" {}:{}", raw(credit.sequence), credit.tokens);
    told.push_back(std::move(line));
  }
  void write_streams_soon() override { told.emplace_back("write_streams"); }

  std::vector<std::shared_ptr<actors::session_start>> generations;
  std::vector<std::shared_ptr<actors::text_session_start>> texts;
  std::vector<std::string> told;
};

} // namespace hadal::tests
