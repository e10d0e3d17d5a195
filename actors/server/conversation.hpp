#pragma once
// The messages of a terminal chat, and the request for the next answer.

#include "actors/server/chat_options.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::server {

class conversation {
public:
  explicit conversation(std::string system) : system_{std::move(system)} {}

  /// Empty: no system message.
  void set_system(std::string system) { system_ = std::move(system); }
  const std::string& system() const noexcept { return system_; }

  /// Removes all turns but keeps the system message.
  void reset() { turns_.clear(); }

  void ask(std::string question) { turns_.push_back({"user", std::move(question)}); }
  void answer(std::string text) { turns_.push_back({"assistant", std::move(text)}); }

  /// Removes the last question if it got no answer.
  void take_back() { turns_.pop_back(); }

  std::size_t turn_count() const noexcept { return turns_.size(); }

  /// The body of a streamed /v1/chat/completions request. Bytes that are not UTF-8 become U+FFFD.
  std::string request_body(std::string_view model, std::optional<bool> thinking,
                           const chat_sampling& sampling) const;

private:
  struct turn {
    std::string role;
    std::string text;
  };
  std::string system_;
  std::vector<turn> turns_;
};

} // namespace hadal::server
