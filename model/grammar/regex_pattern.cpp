#include "model/grammar/regex_pattern.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <utility>

namespace hadal::model {

namespace {

constexpr std::uint32_t unbounded = UINT32_MAX;

struct node;
using node_ptr = std::unique_ptr<node>;

struct node {
  enum class kind_type : std::uint8_t { empty, set, sequence, choice, repeat, begin, end };
  kind_type kind = kind_type::empty;
  code_point_set set;
  std::vector<node_ptr> parts;
  std::uint32_t least = 0;
  std::uint32_t most = 0;
};

using kind_type = node::kind_type;

node_ptr make(kind_type kind) {
  auto n = std::make_unique<node>();
  n->kind = kind;
  return n;
}

node_ptr make_set(code_point_set set) {
  auto n = make(kind_type::set);
  n->set = std::move(set);
  return n;
}

/// A class escape: the characters of every dialect, and those of some dialect.
struct escape_class {
  code_point_set sure;
  code_point_set possible;
};

code_point_set categories(std::string_view name) {
  return code_points_of(category_mask_of(name).value_or(0));
}

const escape_class& digits() {
  static const escape_class c{{{'0', '9'}}, categories("Nd")};
  return c;
}

const escape_class& words() {
  static const escape_class c{
      {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
      united(united(categories("L"), categories("N")), united(categories("M"), categories("Pc")))};
  return c;
}

const escape_class& spaces() {
  static const escape_class c{{{'\t', '\r'}, {' ', ' '}},
                              united(white_space(), {{0x1C, 0x1F}, {0xFEFF, 0xFEFF}})};
  return c;
}

escape_class opposite(const escape_class& c) {
  return {complement(c.possible), complement(c.sure)};
}

class parser {
public:
  explicit parser(std::string_view text) : text_(text) {}

  /// A text with which the whole must, or must not, begin.
  struct look_ahead {
    node_ptr inside;
    bool negated = false;
  };

  result<node_ptr> parse() {
    auto all = make(kind_type::sequence);
    HADAL_TRY(read_looks_ahead(*all));
    HADAL_TRY_ASSIGN(whole, choice(0));
    if (at_ < text_.size())
      return refused("unmatched ')'");
    if (!ahead_.empty() && whole->kind == kind_type::choice)
      return refused("look-ahead beside alternatives");
    all->parts.push_back(std::move(whole));
    return all;
  }

  const std::vector<look_ahead>& ahead() const noexcept { return ahead_; }

private:
  /// Look-ahead at the beginning of the text is a condition on the whole text, so it can be
  /// enforced. There `^` is read with it.
  result<void> read_looks_ahead(node& all) {
    const auto is_next = [&](std::string_view word) {
      return text_.substr(at_, word.size()) == word;
    };
    if (!is_next("^(?!") && !is_next("^(?="))
      return {};
    ++at_;
    all.parts.push_back(make(kind_type::begin));
    while (is_next("(?!") || is_next("(?=")) {
      wide_ = is_next("(?!");
      at_ += 3;
      HADAL_TRY_ASSIGN(inside, choice(1));
      if (!take(")"))
        return refused("a group without ')'");
      ahead_.push_back({std::move(inside), std::exchange(wide_, false)});
    }
    return {};
  }

  tl::unexpected<error> refused(std::string_view what) const {
    return fail(error_code::invalid_request, fmt::format("{} at byte {}", what, at_));
  }

  bool more() const { return at_ < text_.size(); }
  char peek() const { return text_[at_]; }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word)
      return false;
    at_ += word.size();
    return true;
  }
  char32_t take_code_point() {
    std::size_t bytes = 0;
    const char32_t c = decode_front(text_.substr(at_), bytes);
    at_ += bytes;
    return c;
  }

  result<node_ptr> choice(std::size_t depth) {
    if (depth > limits::grammar_depth_max)
      return refused("groups are nested too deep");
    auto all = make(kind_type::choice);
    do {
      HADAL_TRY_ASSIGN(one, sequence(depth));
      all->parts.push_back(std::move(one));
    } while (take("|"));
    if (all->parts.size() == 1)
      return std::move(all->parts[0]);
    return all;
  }

  result<node_ptr> sequence(std::size_t depth) {
    auto all = make(kind_type::sequence);
    while (more() && peek() != '|' && peek() != ')') {
      HADAL_TRY_ASSIGN(one, atom(depth));
      HADAL_TRY_ASSIGN(repeated, quantified(std::move(one)));
      all->parts.push_back(std::move(repeated));
    }
    return all;
  }

  result<node_ptr> quantified(node_ptr one) {
    if (!more())
      return one;
    std::uint32_t least = 0, most = unbounded;
    if (take("*")) {
    } else if (take("+")) {
      least = 1;
    } else if (take("?")) {
      most = 1;
    } else if (peek() == '{') {
      HADAL_TRY(bounds(least, most));
    } else {
      return one;
    }
    if (one->kind == kind_type::begin || one->kind == kind_type::end)
      return refused("an assertion cannot be repeated");
    if (more() && peek() == '+')
      return refused("possessive quantifiers are not supported");
    take("?");
    if (more() && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{'))
      return refused("nothing to repeat");
    auto n = make(kind_type::repeat);
    n->least = least;
    n->most = most;
    n->parts.push_back(std::move(one));
    return n;
  }

  result<void> bounds(std::uint32_t& least, std::uint32_t& most) {
    ++at_;
    auto low = number();
    auto high = low;
    if (take(",")) {
      high = number();
      if (!high && more() && peek() == '}')
        high = unbounded;
    }
    if (!low || !high || !take("}"))
      return refused("'{' that starts no quantifier {m}, {m,} or {m,n}");
    if (*low > *high)
      return refused("a quantifier whose bounds are out of order");
    if (*low > limits::grammar_repeat_max ||
        (*high != unbounded && *high > limits::grammar_repeat_max))
      return refused(fmt::format("a quantifier over {}", limits::grammar_repeat_max));
    least = *low;
    most = *high;
    return {};
  }

  std::optional<std::uint32_t> number() {
    std::optional<std::uint32_t> value;
    while (more() && peek() >= '0' && peek() <= '9') {
      value = std::min<std::uint32_t>(
          value.value_or(0) * 10 + static_cast<std::uint32_t>(peek() - '0'), 100'000'000);
      ++at_;
    }
    return value;
  }

  result<node_ptr> atom(std::size_t depth) {
    switch (peek()) {
    case '(': return group(depth);
    case '[': return bracket();
    case '\\': return escaped();
    case '^': ++at_; return make(kind_type::begin);
    case '$': ++at_; return end();
    case '.':
      ++at_;
      return make_set(wide_ ? complement({{'\n', '\n'}})
                            : complement({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}));
    case '*':
    case '+':
    case '?': return refused("nothing to repeat");
    case '{': return refused("'{' that starts no quantifier {m}, {m,} or {m,n}");
    default: break;
    }
    const char32_t c = take_code_point();
    return make_set({{c, c}});
  }

  result<node_ptr> group(std::size_t depth) {
    ++at_;
    if (take("?")) {
      if (take("P<") || (text_.substr(at_, 1) == "<" && text_.substr(at_, 2) != "<=" &&
                         text_.substr(at_, 2) != "<!" && take("<"))) {
        const auto close = text_.find('>', at_);
        if (close == std::string_view::npos)
          return refused("a group's name without '>'");
        at_ = close + 1;
      } else if (!take(":")) {
        return refused("look-around, flags and atomic groups are not supported");
      }
    }
    HADAL_TRY_ASSIGN(inside, choice(depth + 1));
    if (!take(")"))
      return refused("a group without ')'");
    return std::move(inside);
  }

  result<node_ptr> escaped() {
    HADAL_TRY_ASSIGN(c, escape(false));
    return make_set(std::move(wide_ ? c.possible : c.sure));
  }

  /// The end of the text; in some dialect also before a line break that ends it.
  node_ptr end() {
    if (!wide_)
      return make(kind_type::end);
    auto line = make(kind_type::sequence);
    line->parts.push_back(make_set({{'\n', '\n'}}));
    line->parts.push_back(make(kind_type::end));
    auto either = make(kind_type::choice);
    either->parts.push_back(make(kind_type::end));
    either->parts.push_back(std::move(line));
    return either;
  }

  /// The characters of an escape; a single character is a class of one.
  result<escape_class> escape(bool in_brackets) {
    ++at_;
    if (!more())
      return refused("a '\\' at the end");
    const char32_t c = take_code_point();
    const auto one = [](char32_t x) { return escape_class{{{x, x}}, {{x, x}}}; };
    switch (c) {
    case 'd': return digits();
    case 'D': return opposite(digits());
    case 'w': return words();
    case 'W': return opposite(words());
    case 's': return spaces();
    case 'S': return opposite(spaces());
    case 'n': return one('\n');
    case 'r': return one('\r');
    case 't': return one('\t');
    case 'f': return one('\f');
    case 'v': return one('\v');
    case '0':
      if (more() && peek() >= '0' && peek() <= '9')
        return refused("octal escapes are not supported");
      return one(0);
    case 'x': return hex(2, one);
    case 'u': return unicode(one);
    case 'p':
    case 'P': return property(c == 'P');
    case 'b':
      if (in_brackets)
        return one('\b');
      break;
    case 'c':
      if (more() && ((peek() >= 'a' && peek() <= 'z') || (peek() >= 'A' && peek() <= 'Z')))
        return one(static_cast<char32_t>(text_[at_++] & 0x1F));
      break;
    default: break;
    }
    if ((c >= '1' && c <= '9') || c == 'k')
      return refused("back references are not supported");
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == 'c')
      return refused(fmt::format("\\{} is not supported", static_cast<char>(c)));
    return one(c);
  }

  std::optional<char32_t> hex_digits(std::size_t least, std::size_t most) {
    char32_t value = 0;
    std::size_t count = 0;
    for (; count < most && more(); ++count, ++at_) {
      const char h = peek();
      const int digit = h >= '0' && h <= '9'   ? h - '0'
                        : h >= 'a' && h <= 'f' ? h - 'a' + 10
                        : h >= 'A' && h <= 'F' ? h - 'A' + 10
                                               : -1;
      if (digit < 0)
        break;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    return count >= least ? std::optional(value) : std::nullopt;
  }

  template <class One>
  result<escape_class> hex(std::size_t length, const One& one) {
    const auto value = hex_digits(length, length);
    if (!value)
      return refused("an escape with too few hexadecimal digits");
    return one(*value);
  }

  template <class One>
  result<escape_class> unicode(const One& one) {
    if (take("{")) {
      const auto value = hex_digits(1, 6);
      if (!value || !take("}") || !is_code_point(*value))
        return refused("\\u{...} without a code point");
      return one(*value);
    }
    auto value = hex_digits(4, 4);
    if (value && is_high_surrogate(*value) && take("\\u")) {
      const auto low = hex_digits(4, 4);
      if (low && is_low_surrogate(*low))
        return one(join_surrogates(*value, *low));
      value.reset();
    }
    if (!value || !is_code_point(*value))
      return refused("\\u without a code point");
    return one(*value);
  }

  result<escape_class> property(bool negated) {
    const auto close = text_.find('}', at_);
    if (!take("{") || close == std::string_view::npos)
      return refused("\\p without {name}");
    const auto name = text_.substr(at_, close - at_);
    const auto mask = category_mask_of(name);
    if (!mask)
      return refused(fmt::format("\\p{{{}}} is not known", name.substr(0, 40)));
    at_ = close + 1;
    auto set = code_points_of(*mask);
    if (negated)
      set = complement(set);
    else
      set = difference(set, {{0xD800, 0xDFFF}});
    return escape_class{set, set};
  }

  result<node_ptr> bracket() {
    ++at_;
    const bool negated = take("^");
    escape_class all;
    if (more() && peek() == ']')
      return refused("a class that is empty or begins with ']'");
    while (more() && peek() != ']') {
      if (text_.substr(at_, 2) == "[:")
        return refused("POSIX classes are not supported");
      HADAL_TRY_ASSIGN(first, bracket_item());
      if (text_.substr(at_, 1) == "-" && text_.substr(at_, 2) != "-]" && at_ + 1 < text_.size()) {
        ++at_;
        HADAL_TRY_ASSIGN(last, bracket_item());
        if (!is_single(first) || !is_single(last) || first.sure[0].first > last.sure[0].first)
          return refused("a range in [...] that is out of order");
        const code_point_range range{first.sure[0].first, last.sure[0].first};
        first.sure = first.possible = difference({range}, {{0xD800, 0xDFFF}});
      }
      all.sure = united(all.sure, first.sure);
      all.possible = united(all.possible, first.possible);
    }
    if (!take("]"))
      return refused("'[' without ']'");
    if (wide_)
      std::swap(all.sure, all.possible);
    return make_set(negated ? complement(all.possible) : std::move(all.sure));
  }

  static bool is_single(const escape_class& c) {
    return c.sure.size() == 1 && c.sure[0].first == c.sure[0].last;
  }

  result<escape_class> bracket_item() {
    if (peek() == '\\')
      return escape(true);
    const char32_t c = take_code_point();
    return escape_class{{{c, c}}, {{c, c}}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool wide_ = false; // characters of any dialect match, because the text is refused
  std::vector<look_ahead> ahead_;
};

class writer {
public:
  writer(nfa& out, compile_budget& budget) : out_(out), budget_(budget) {}

  result<void> write(const node& n, state_id from, state_id to) {
    HADAL_TRY(budget_.spend(4 + 4 * n.set.size()));
    HADAL_TRY(check_size(out_));
    switch (n.kind) {
    case kind_type::empty: out_.connect(from, to); break;
    case kind_type::begin: out_.connect(from, to, free_condition::at_begin); break;
    case kind_type::end: out_.connect(from, to, free_condition::at_end); break;
    case kind_type::set: out_.connect_code_points(from, to, n.set); break;
    case kind_type::choice:
      for (const auto& part : n.parts)
        HADAL_TRY(write(*part, from, to));
      break;
    case kind_type::sequence:
      for (const auto& part : n.parts) {
        const auto next = out_.add_state();
        HADAL_TRY(write(*part, from, next));
        from = next;
      }
      out_.connect(from, to);
      break;
    case kind_type::repeat: return write_repeat(n, from, to);
    }
    return {};
  }

private:
  result<void> write_repeat(const node& n, state_id from, state_id to) {
    const node& part = *n.parts[0];
    for (std::uint32_t i = 0; i < n.least; ++i) {
      const auto next = out_.add_state();
      HADAL_TRY(write(part, from, next));
      from = next;
    }
    if (n.most == unbounded) {
      // Both ends of the loop are separate states, so that its neighbours cannot enter it halfway.
      const auto loop = out_.add_state();
      const auto back = out_.add_state();
      out_.connect(from, loop);
      HADAL_TRY(write(part, loop, back));
      out_.connect(back, loop);
      out_.connect(loop, to);
      return {};
    }
    for (std::uint32_t i = n.least; i < n.most; ++i) {
      out_.connect(from, to);
      const auto next = out_.add_state();
      HADAL_TRY(write(part, from, next));
      from = next;
    }
    out_.connect(from, to);
    return {};
  }

  nfa& out_;
  compile_budget& budget_;
};

/// Texts that `tree` matches, with any text before or after it if allowed.
result<dfa> automaton_of(const node& tree, bool any_before, bool any_after,
                         compile_budget& budget) {
  nfa out;
  out.start = out.add_state();
  out.accept = out.add_state();
  state_id from = out.start, to = out.accept;
  if (any_before) {
    from = out.add_state();
    out.connect(out.start, from);
    out.connect_code_points(from, from, every_code_point());
  }
  if (any_after) {
    to = out.add_state();
    out.connect(to, out.accept);
    out.connect_code_points(to, to, every_code_point());
  }
  HADAL_TRY(writer(out, budget).write(tree, from, to));
  return determinize(out, budget);
}

} // namespace

const code_point_set& every_code_point() {
  static const code_point_set all = complement({});
  return all;
}

code_point_set united(const code_point_set& a, const code_point_set& b) {
  code_point_set all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  code_point_set out;
  for (const auto& range : all)
    if (!out.empty() && range.first <= out.back().last + 1)
      out.back().last = std::max(out.back().last, range.last);
    else
      out.push_back(range);
  return out;
}

result<dfa> compile_regex(std::string_view pattern, regex_extent extent, compile_budget& budget) {
  if (!is_valid_utf8(pattern))
    return fail(error_code::invalid_request, "the regular expression is not UTF-8");
  HADAL_TRY(budget.spend(pattern.size()));
  parser source(pattern);
  HADAL_TRY_ASSIGN(tree, source.parse());
  const bool searched = extent == regex_extent::search;
  HADAL_TRY_ASSIGN(out, automaton_of(*tree, searched, searched, budget));
  for (const auto& ahead : source.ahead()) {
    HADAL_TRY_ASSIGN(beginning, automaton_of(*ahead.inside, false, true, budget));
    auto kept =
        ahead.negated ? difference(out, beginning, budget) : intersection(out, beginning, budget);
    if (!kept)
      return kept;
    out = std::move(*kept);
  }
  return out;
}

} // namespace hadal::model
