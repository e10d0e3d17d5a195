#pragma once
// The output of all compilers (JSON schema, regular expression, EBNF, structural tag, tool calls):
// rules whose right hand sides are expressions over bytes, exact tokens, finite automata and other
// rules. Expressions are built bottom up and known by index; each may be used many times.
//
//   grammar_rules g;
//   const auto item = g.add_rule("item");
//   g.define(item, g.choice({g.text("x"), g.sequence({g.text("("), g.call(item), g.text(")")})}));
//   g.set_root(item);
//
// Rules may call each other, except for left recursion: a rule that calls itself before any byte is
// refused when the grammar is compiled (pushdown_automaton.hpp).

#include "base/ids.hpp"
#include "base/result.hpp"
#include "model/grammar/finite_automaton.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hadal::model {

using expression_id = std::uint32_t;
using rule_id = std::uint32_t;

struct grammar_expression {
  enum class kind_type : std::uint8_t {
    text,
    code_points,
    automaton,
    token,
    call,
    sequence,
    choice,
    repeat,
    counted
  };
  kind_type kind = kind_type::text;
  std::string bytes;                  // text; may be empty
  code_point_set set;                 // code_points
  std::shared_ptr<const dfa> machine; // automaton: bytes, calls and tokens; counted: bytes
  std::uint32_t number = 0;           // token: its id; call: the rule
  std::vector<expression_id> parts;   // sequence, choice; repeat: one
  std::uint32_t least = 0;            // repeat
  std::uint32_t most = 0;             // repeat: `unbounded` for no end; counted
};

class grammar_rules {
public:
  static constexpr std::uint32_t unbounded = UINT32_MAX;

  struct rule {
    std::string name; // for messages
    expression_id body = 0;
    bool defined = false;
  };

  expression_id nothing() { return text({}); }
  expression_id text(std::string_view bytes);
  expression_id code_points(code_point_set set);
  expression_id automaton(dfa machine);
  /// Exactly this token, whatever its bytes; for markup made of added tokens.
  expression_id token(token_id id);
  expression_id call(rule_id rule);
  expression_id sequence(std::vector<expression_id> parts);
  /// Without parts it matches no text, not even the empty one.
  expression_id choice(std::vector<expression_id> parts);
  expression_id optional(expression_id part) { return choice({nothing(), part}); }
  /// Counted: large bounds cost no states.
  expression_id repeat(expression_id part, std::uint32_t least, std::uint32_t most);

  /// Texts of `machine` that reach states with character_mark at most `most` times. Counted as
  /// well: the automaton is not expanded per number. `machine` has no symbols and matches no empty
  /// text.
  expression_id counted(dfa machine, std::uint32_t most);

  /// The symbol of an automaton's edge that calls a rule.
  static constexpr std::uint32_t call_symbol(rule_id rule) noexcept { return rule; }
  /// The symbol of an edge that takes an exact token.
  static constexpr std::uint32_t token_symbol(token_id id) noexcept {
    return token_bit | static_cast<std::uint32_t>(id);
  }
  static constexpr bool is_token_symbol(std::uint32_t symbol) noexcept {
    return (symbol & token_bit) != 0;
  }

  rule_id add_rule(std::string name);
  void define(rule_id rule, expression_id body);
  void set_root(rule_id rule) { root_ = rule; }

  rule_id root() const noexcept { return root_; }
  const std::vector<rule>& rules() const noexcept { return rules_; }
  const std::vector<grammar_expression>& expressions() const noexcept { return expressions_; }

private:
  static constexpr std::uint32_t token_bit = 0x8000'0000u;

  expression_id add(grammar_expression e);

  std::vector<grammar_expression> expressions_;
  std::vector<rule> rules_;
  rule_id root_ = 0;
};

} // namespace hadal::model
