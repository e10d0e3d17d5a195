#pragma once
// The parser's position in the tokens, and its first failure. After a failure only the end token
// follows, so every loop of the parser ends.

#include "model/chat/template/token.hpp"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

namespace hadal::model::templates {

class token_stream {
public:
  /// The last token must be the end.
  explicit token_stream(std::vector<token> tokens) : tokens_(std::move(tokens)) {}

  const token& peek() const { return failed() ? end_ : tokens_[at_]; }
  const token& peek_after() const {
    return failed() || at_ + 1 == tokens_.size() ? end_ : tokens_[at_ + 1];
  }
  std::size_t line() const { return tokens_[at_].line; }

  token take() {
    token taken = peek();
    if (!failed() && at_ + 1 < tokens_.size())
      ++at_;
    return taken;
  }

  bool at_sign(std::string_view sign) const { return peek().is_sign(sign); }
  bool at_name(std::string_view name) const { return peek().is_name(name); }

  bool take_sign(std::string_view sign) {
    if (!at_sign(sign))
      return false;
    take();
    return true;
  }

  bool take_name(std::string_view name) {
    if (!at_name(name))
      return false;
    take();
    return true;
  }

  void expect_sign(std::string_view sign) {
    if (!take_sign(sign))
      fail_expecting(fmt::format("'{}'", sign));
  }

  void expect_kind(token_kind kind, std::string_view what) {
    if (peek().kind != kind)
      return fail_expecting(what);
    take();
  }

  void fail_expecting(std::string_view what) {
    fail(fmt::format("expected {}, found {}", what, describe(peek())));
  }

  void fail(std::string message) {
    if (failed())
      return;
    failure_ = fmt::format("line {}: {}", line(), message);
  }

  bool failed() const { return !failure_.empty(); }
  const std::string& failure() const { return failure_; }

private:
  std::vector<token> tokens_;
  std::size_t at_ = 0;
  token end_;
  std::string failure_;
};

} // namespace hadal::model::templates
