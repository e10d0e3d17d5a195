#pragma once
// A regular expression of tokenizer.json, compiled by PCRE2. Const and shared by threads: the state
// of a search is in a regex_scratch, one per thread. A search that backtracks too long is an error,
// never a hang.

#include "base/result.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace hadal::model {

/// Memory for searches, reused from one to the next.
class regex_scratch {
public:
  regex_scratch();
  ~regex_scratch();
  regex_scratch(const regex_scratch&) = delete;
  regex_scratch& operator=(const regex_scratch&) = delete;

private:
  friend class regex;
  pcre2_real_match_data_8* match_data_;
  pcre2_real_match_context_8* match_context_;
};

class regex {
public:
  struct match {
    std::size_t begin;
    std::size_t end; // bytes, half open
  };

  /// `pattern` is in Oniguruma's syntax. Errors: invalid_tokenizer, with the fault.
  static result<regex> compile(std::string_view pattern);

  /// The leftmost match at or after `from` in `text`, which must be valid UTF-8, with `from` at the
  /// begin of a code point. Errors: invalid_request when the limit on backtracking is reached.
  result<std::optional<match>> search(std::string_view text, std::size_t from,
                                      regex_scratch& scratch) const;

private:
  struct release {
    void operator()(pcre2_real_code_8* code) const noexcept;
  };
  explicit regex(pcre2_real_code_8* code) : code_(code) {}

  std::unique_ptr<pcre2_real_code_8, release> code_;
};

} // namespace hadal::model
