#include "model/grammar/ebnf.hpp"

#include "base/utf8.hpp"
#include "model/grammar/regex_pattern.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <string>

namespace hadal::model {

namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

class ebnf_parser {
public:
  ebnf_parser(grammar_rules& rules, std::string_view text, compile_budget& budget)
    : rules_(rules), text_(text), budget_(budget) {}

  result<void> run() {
    skip_blanks();
    while (more()) {
      const auto name = take_name();
      if (name.empty())
        return refused("a rule's name is expected");
      skip_blanks();
      if (!take("::="))
        return refused("'::=' is expected");
      const auto rule = rule_named(name);
      if (rules_.rules()[rule].defined)
        return refused(fmt::format("the rule {} is defined twice", name));
      HADAL_TRY_ASSIGN(body, choice(0));
      if (more() && !at_rule())
        return refused(fmt::format("'{}' does not belong here", text_.substr(at_, 1)));
      rules_.define(rule, body);
    }
    const auto root = names_.find("root");
    if (root == names_.end() || !rules_.rules()[root->second].defined)
      return fail(error_code::invalid_request, "there is no rule `root`");
    rules_.set_root(root->second);
    return {};
  }

private:
  tl::unexpected<error> refused(std::string_view what) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<long>(at_), '\n');
    return fail(error_code::invalid_request, fmt::format("{} in line {}", what, line));
  }

  bool more() const { return at_ < text_.size(); }
  char peek() const { return text_[at_]; }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word)
      return false;
    at_ += word.size();
    return true;
  }

  void skip_blanks() {
    while (more())
      if (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')
        ++at_;
      else if (peek() == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else
        return;
  }

  std::string_view take_name() {
    const auto begin = at_;
    if (more() && is_name_start(peek()))
      while (more() && is_name(peek()))
        ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// Whether `name ::=` comes next.
  bool at_rule() {
    const auto before = at_;
    const bool named = !take_name().empty();
    skip_blanks();
    const bool rule = named && take("::=");
    at_ = before;
    return rule;
  }

  rule_id rule_named(std::string_view name) {
    const auto [entry, added] = names_.emplace(std::string(name), 0);
    if (added)
      entry->second = rules_.add_rule(std::string(name));
    return entry->second;
  }

  result<expression_id> choice(std::size_t depth) {
    if (depth > limits::grammar_depth_max)
      return refused("groups are nested too deep");
    std::vector<expression_id> parts;
    do {
      HADAL_TRY_ASSIGN(one, sequence(depth));
      parts.push_back(one);
    } while (take("|"));
    return rules_.choice(std::move(parts));
  }

  result<expression_id> sequence(std::size_t depth) {
    std::vector<expression_id> parts;
    for (skip_blanks(); more() && peek() != '|' && peek() != ')' && !at_rule(); skip_blanks()) {
      HADAL_TRY(budget_.spend(16));
      HADAL_TRY_ASSIGN(one, atom(depth));
      HADAL_TRY_ASSIGN(repeated, quantified(one));
      parts.push_back(repeated);
    }
    return rules_.sequence(std::move(parts));
  }

  result<expression_id> quantified(expression_id one) {
    for (;;) {
      skip_blanks();
      std::uint32_t least = 0, most = grammar_rules::unbounded;
      if (take("*")) {
      } else if (take("+")) {
        least = 1;
      } else if (take("?")) {
        most = 1;
      } else if (more() && peek() == '{') {
        HADAL_TRY(bounds(least, most));
      } else {
        return one;
      }
      one = rules_.repeat(one, least, most);
    }
  }

  result<void> bounds(std::uint32_t& least, std::uint32_t& most) {
    ++at_;
    const auto low = number();
    auto high = low;
    if (take(",")) {
      high = number();
      if (!high)
        high = grammar_rules::unbounded;
    }
    skip_blanks();
    if (!low || !high || !take("}"))
      return refused("a repetition is {n}, {m,} or {m,n}");
    if (*low > *high || (*high > limits::grammar_repeat_max && *high != grammar_rules::unbounded) ||
        *low > limits::grammar_repeat_max)
      return refused(fmt::format("a repetition's bounds are in order and at most {}",
                                 limits::grammar_repeat_max));
    least = *low;
    most = *high;
    return {};
  }

  std::optional<std::uint32_t> number() {
    skip_blanks();
    std::optional<std::uint32_t> value;
    for (; more() && peek() >= '0' && peek() <= '9'; ++at_)
      value = std::min(value.value_or(0) * 10 + static_cast<std::uint32_t>(peek() - '0'),
                       limits::grammar_repeat_max + 1);
    skip_blanks();
    return value;
  }

  result<expression_id> atom(std::size_t depth) {
    if (take("(")) {
      if (more() && peek() == '=')
        return refused("look-ahead is not supported");
      HADAL_TRY_ASSIGN(inside, choice(depth + 1));
      if (!take(")"))
        return refused("a group without ')'");
      return inside;
    }
    if (take("\""))
      return text();
    if (take("["))
      return bracket();
    if (take("."))
      return rules_.code_points(every_code_point());
    if (const auto name = take_name(); !name.empty())
      return rules_.call(rule_named(name));
    return refused(fmt::format("'{}' does not belong here", text_.substr(at_, 1)));
  }

  result<expression_id> text() {
    std::string bytes;
    while (more() && peek() != '"') {
      if (peek() == '\n')
        return refused("a text without its closing quote");
      HADAL_TRY_ASSIGN(c, character());
      append_utf8(bytes, c);
    }
    if (!take("\""))
      return refused("a text without its closing quote");
    HADAL_TRY(budget_.spend(bytes.size()));
    return rules_.text(bytes);
  }

  result<char32_t> character() {
    std::size_t bytes = 0;
    const char32_t c = decode_front(text_.substr(at_), bytes);
    at_ += bytes;
    if (c != '\\')
      return c;
    if (!more())
      return refused("a '\\' at the end");
    const char escape = text_[at_++];
    switch (escape) {
    case 'n': return U'\n';
    case 'r': return U'\r';
    case 't': return U'\t';
    case 'x': return hex(2);
    case 'u': return hex(4);
    case 'U': return hex(8);
    default: break;
    }
    if (is_name(escape) && escape != '-' && escape != '.')
      return refused(fmt::format("the escape \\{} is not known", escape));
    return static_cast<char32_t>(escape);
  }

  result<char32_t> hex(int digits) {
    char32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const char h = more() ? peek() : ' ';
      const int digit = h >= '0' && h <= '9'   ? h - '0'
                        : h >= 'a' && h <= 'f' ? h - 'a' + 10
                        : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                               : -1;
      if (digit < 0)
        return refused("an escape with too few hexadecimal digits");
      value = value * 16 + static_cast<char32_t>(digit);
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
      return refused("an escape that is no code point");
    return value;
  }

  result<expression_id> bracket() {
    const bool negated = take("^");
    code_point_set set;
    while (more() && peek() != ']') {
      HADAL_TRY(budget_.spend(4 + set.size()));
      HADAL_TRY_ASSIGN(first, character());
      auto last = first;
      if (text_.substr(at_, 1) == "-" && text_.substr(at_, 2) != "-]" && at_ + 1 < text_.size()) {
        ++at_;
        HADAL_TRY_ASSIGN(end, character());
        if (end < first)
          return refused("a range in [...] that is out of order");
        last = end;
      }
      set = united(set, difference({{first, last}}, {{0xD800, 0xDFFF}}));
    }
    if (!take("]"))
      return refused("'[' without ']'");
    return rules_.code_points(negated ? complement(set) : set);
  }

  grammar_rules& rules_;
  std::string_view text_;
  compile_budget& budget_;
  std::size_t at_ = 0;
  std::map<std::string, rule_id> names_;
};

} // namespace

result<void> add_ebnf(grammar_rules& rules, std::string_view text, compile_budget& budget) {
  if (!is_valid_utf8(text))
    return fail(error_code::invalid_request, "the grammar is not UTF-8");
  HADAL_TRY(budget.spend(text.size()));
  return ebnf_parser(rules, text, budget).run();
}

} // namespace hadal::model
