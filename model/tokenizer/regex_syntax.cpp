#include "model/tokenizer/regex_syntax.hpp"

#include "base/utf8.hpp"

#include <fmt/core.h>

#include <map>
#include <optional>

namespace hadal::model {

namespace {

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_alphanumeric(char32_t c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string spelled(char32_t c) {
  if (is_alphanumeric(c))
    return std::string(1, static_cast<char>(c));
  return fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(c));
}

std::string spelled(const code_point_set& set) {
  std::string out;
  for (const code_point_range& r : set) {
    out += spelled(r.first);
    if (r.last != r.first)
      out += "-" + spelled(r.last);
  }
  return out;
}

// One element of a pattern that matches characters: a literal, or the inside of a class.
struct atom {
  bool is_literal = false;
  char32_t literal = 0;
  std::string members; // the inside of a PCRE2 class, when not a literal
};

class translator {
public:
  translator(std::string_view pattern, const pcre2_property& property)
    : pattern_(pattern), property_(property) {}

  result<std::string> run() {
    while (at_ < pattern_.size())
      HADAL_TRY(element());
    return std::move(out_);
  }

private:
  tl::unexpected<error> refuse(std::string_view what) const {
    return fail(error_code::invalid_tokenizer,
                fmt::format("{} at byte {} of the pattern is not supported", what, at_));
  }

  bool starts(std::string_view token) const noexcept {
    return pattern_.substr(at_).starts_with(token);
  }

  char32_t take() {
    std::size_t bytes = 0;
    const char32_t c = decode_front(pattern_.substr(at_), bytes);
    at_ += bytes;
    return c;
  }

  // Characters and classes are translated; all other constructs are recognised and copied.
  result<void> element() {
    switch (pattern_[at_]) {
    case '[': return append_class();
    case '\\': return escape();
    case '(': return group();
    case ')':
    case '|': out_ += pattern_[at_++]; return {};
    case '*':
    case '+':
    case '?': return quantifier();
    case '{': return interval();
    case '.':
      out_ += "[^\\n]";
      ++at_;
      return {};
    case '^': // the begin of a line, but not after the newline that ends the text
      out_ += "(?:\\A|(?<=\\n)(?!\\z))";
      ++at_;
      return {};
    case '$': // the end of a line
      out_ += "(?=\\n|\\z)";
      ++at_;
      return {};
    default: out_ += spelled(take()); return {};
    }
  }

  result<void> group() {
    for (std::string_view opening : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:"}) {
      if (starts(opening)) {
        out_ += opening;
        at_ += opening.size();
        return {};
      }
    }
    if (starts("(?"))
      return refuse("the group \"" + std::string(pattern_.substr(at_, 3)) + "\"");
    out_ += "(?:"; // no back reference needs the capture
    ++at_;
    return {};
  }

  result<void> quantifier() {
    out_ += pattern_[at_++];
    if (at_ < pattern_.size() && (pattern_[at_] == '?' || pattern_[at_] == '+'))
      out_ += pattern_[at_++];
    if (at_ < pattern_.size() && (pattern_[at_] == '*' || pattern_[at_] == '+' ||
                                  pattern_[at_] == '?' || pattern_[at_] == '{'))
      return refuse("a repetition of a repetition");
    return {};
  }

  result<void> interval() {
    const std::size_t close = pattern_.find('}', at_);
    if (close == std::string_view::npos)
      return refuse("a '{' without '}'");
    const std::string_view inside = pattern_.substr(at_ + 1, close - at_ - 1);
    if (inside.find_first_not_of("0123456789,") != std::string_view::npos || inside.empty())
      return refuse("a '{' that begins no repetition");
    // "{,n}" is "{0,n}" in Oniguruma and literal text in PCRE2.
    out_ += inside.front() == ',' ? "{0" : "{";
    out_ += inside;
    out_ += '}';
    at_ = close + 1;
    if (at_ < pattern_.size() && pattern_[at_] == '?') {
      // Oniguruma reads "{n}?" as an optional repetition and only "{n,m}?" as a reluctant one.
      if (inside.find(',') == std::string_view::npos)
        return refuse("\"{n}?\"");
      out_ += '?';
      ++at_;
    }
    if (at_ < pattern_.size() && (pattern_[at_] == '*' || pattern_[at_] == '+' ||
                                  pattern_[at_] == '?' || pattern_[at_] == '{'))
      return refuse("a repetition of a repetition");
    return {};
  }

  result<void> escape() {
    for (std::string_view anchor : {"\\A", "\\z", "\\Z"}) {
      if (starts(anchor)) {
        out_ += anchor;
        at_ += anchor.size();
        return {};
      }
    }
    HADAL_TRY_ASSIGN(a, escaped_atom());
    out_ += a.is_literal ? spelled(a.literal) : "[" + a.members + "]";
    return {};
  }

  // Reads an escape for a character or a set, inside or outside of a class; stands at the
  // backslash.
  result<atom> escaped_atom() {
    if (at_ + 1 >= pattern_.size())
      return refuse("a backslash at the end");
    switch (const char c = pattern_[at_ + 1]) {
    case 's': at_ += 2; return set_atom(white_space(), false);
    case 'S': at_ += 2; return set_atom(white_space(), true);
    case 'd': at_ += 2; return property_atom("Nd", false);
    case 'D': at_ += 2; return property_atom("Nd", true);
    case 'p':
    case 'P': return named_property(c == 'P');
    case 'n': return simple_escape('\n');
    case 'r': return simple_escape('\r');
    case 't': return simple_escape('\t');
    case 'f': return simple_escape('\f');
    case 'v': return simple_escape('\v');
    case 'a': return simple_escape('\a');
    case 'e': return simple_escape('\x1B');
    case 'x':
    case 'u': return hex_escape(c == 'u' ? 4 : 2);
    default: break;
    }
    if (is_alphanumeric(static_cast<unsigned char>(pattern_[at_ + 1])))
      return refuse("the escape \"" + std::string(pattern_.substr(at_, 2)) + "\"");
    ++at_;
    return atom{true, take(), {}};
  }

  result<atom> simple_escape(char32_t c) {
    at_ += 2;
    return atom{true, c, {}};
  }

  result<atom> hex_escape(std::size_t digits) {
    std::size_t from = at_ + 2;
    std::size_t to = from;
    if (digits == 2 && to < pattern_.size() && pattern_[to] == '{') {
      from = to + 1;
      to = pattern_.find('}', from);
      if (to == std::string_view::npos || to - from > 6)
        return refuse("an escape \\x{...}");
    } else {
      while (to < pattern_.size() && to < from + digits && is_hex(pattern_[to]))
        ++to;
      if (to - from != digits)
        return refuse("a hexadecimal escape with too few digits");
    }
    char32_t value = 0;
    for (std::size_t i = from; i < to; ++i) {
      if (!is_hex(pattern_[i]))
        return refuse("an escape \\x{...}");
      const char c = pattern_[i];
      value = value * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    // Oniguruma reads \x80 to \xFF as raw bytes, which no class of characters can hold.
    const bool raw_byte = digits == 2 && pattern_[at_ + 2] != '{' && value >= 0x80;
    if (from == to || raw_byte || !is_code_point(value))
      return refuse("an escape that names no character");
    at_ = digits == 2 && pattern_[at_ + 2] == '{' ? to + 1 : to;
    return atom{true, value, {}};
  }

  result<atom> named_property(bool negated) {
    const std::size_t close = pattern_.find('}', at_);
    if (at_ + 2 >= pattern_.size() || pattern_[at_ + 2] != '{' || close == std::string_view::npos)
      return refuse("a property without {name}");
    std::string_view name = pattern_.substr(at_ + 3, close - at_ - 3);
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    if (!category_mask_of(name))
      return refuse(fmt::format("the property \"{}\"", name));
    at_ = close + 1;
    return property_atom(name, negated);
  }

  result<atom> property_atom(std::string_view name, bool negated) {
    const category_mask mask = *category_mask_of(name);
    auto known = positive_.find(mask);
    if (known == positive_.end())
      known = positive_.emplace(mask, positive_members(mask)).first;
    if (!negated)
      return atom{false, 0, known->second};
    return set_atom(code_points_of(mask), true);
  }

  // PCRE2's own property, a fast table look-up, plus the ranges that it lacks; all ranges spelled
  // out if it has code points too many.
  std::string positive_members(category_mask mask) const {
    const code_point_set ours = code_points_of(mask);
    std::string members;
    for (std::string_view name :
         {"L",  "M",  "N",  "P",  "S",  "Z",  "Lu", "Ll", "Lt", "Lm", "Lo",
          "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi",
          "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf"}) {
      if (category_mask_of(name) != mask)
        continue;
      const code_point_set theirs = property_(name);
      if (difference(theirs, ours).empty())
        return fmt::format("\\p{{{}}}{}", name, spelled(difference(ours, theirs)));
    }
    return spelled(ours);
  }

  static atom set_atom(const code_point_set& set, bool negated) {
    return atom{false, 0, spelled(negated ? complement(set) : set)};
  }

  // A bracket class: members, ranges, escapes. Nested classes and intersections are refused.
  result<void> append_class() {
    ++at_;
    std::string members;
    const bool negated = at_ < pattern_.size() && pattern_[at_] == '^';
    if (negated)
      ++at_;
    bool first = true;
    while (true) {
      if (at_ >= pattern_.size())
        return refuse("a class without its end");
      if (pattern_[at_] == ']' && !first)
        break;
      first = false;
      HADAL_TRY(class_member(members));
    }
    ++at_;
    out_ += negated ? "[^" : "[";
    out_ += members;
    out_ += ']';
    return {};
  }

  result<void> class_member(std::string& members) {
    HADAL_TRY_ASSIGN(from, class_atom());
    const bool range =
        starts("-") && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']' && from.is_literal;
    if (!range) {
      members += from.is_literal ? spelled(from.literal) : from.members;
      return {};
    }
    ++at_;
    HADAL_TRY_ASSIGN(to, class_atom());
    if (!to.is_literal)
      return refuse("a range that ends in a set");
    if (to.literal < from.literal)
      return refuse("an empty range");
    members += spelled(from.literal) + "-" + spelled(to.literal);
    return {};
  }

  result<atom> class_atom() {
    if (pattern_[at_] == '\\')
      return escaped_atom();
    if (pattern_[at_] == '[')
      return refuse("a class within a class");
    if (starts("&&"))
      return refuse("an intersection of classes");
    return atom{true, take(), {}};
  }

  std::string_view pattern_;
  const pcre2_property& property_;
  std::map<category_mask, std::string> positive_;
  std::string out_;
  std::size_t at_ = 0;
};

} // namespace

result<std::string> translate_regex(std::string_view pattern, const pcre2_property& property) {
  if (!is_valid_utf8(pattern))
    return fail(error_code::invalid_tokenizer, "the pattern is not UTF-8");
  return translator(pattern, property).run();
}

} // namespace hadal::model
