#pragma once
// JSON as rules, for the schema compiler, tool calls and json_object. Between tokens there is at
// most one blank, or a line break and up to 32 blanks of indentation: enough for common layouts,
// and no endless white space. Numbers have up to 18 digits before the point, 17 after it and two in
// the exponent; strings have no lone surrogates.

#include "base/result.hpp"
#include "model/chat/json_value.hpp"
#include "model/grammar/grammar_rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hadal::model {

class json_text {
public:
  json_text(grammar_rules& rules, compile_budget& budget) : rules_(rules), budget_(budget) {}

  // Each is made at its first use and shared afterwards. Errors: the budget's.
  result<rule_id> blank();        // white space between tokens, may be empty
  result<rule_id> string();       // any string with its quotes
  result<rule_id> value();        // anything
  result<rule_id> object();       // any object
  result<expression_id> name();   // any name of a member
  result<expression_id> number(); // any number
  result<expression_id> integer();

  /// One character of a string, escaped or not.
  result<expression_id> character();

  /// Exactly this value, with optional blanks between its tokens.
  result<expression_id> literal(const json_value& value);

  /// A string with its quotes whose characters, escapes undone, are matched by `characters`.
  result<expression_id> string_of(const dfa& characters);
  /// The same with up to `most` characters, counted at run time.
  result<expression_id> string_of(const dfa& characters, std::uint32_t most);
  /// The name of a member that no schema lists, with its quotes. Such names of one object differ,
  /// so each has only one spelling, with the least escapes.
  result<dfa> free_name(const dfa& characters);

  grammar_rules& rules() noexcept { return rules_; }
  compile_budget& budget() noexcept { return budget_; }

private:
  result<expression_id> regex(std::string_view pattern);
  result<dfa> quoted(const dfa& characters, state_mark mark);

  grammar_rules& rules_;
  compile_budget& budget_;
  std::optional<rule_id> blank_, string_, value_, object_;
  std::optional<expression_id> character_, name_, number_, integer_;
};

/// `text` as a JSON string with its quotes, escaped as little as possible.
std::string quoted_json(std::string_view text);

} // namespace hadal::model
