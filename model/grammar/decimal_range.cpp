#include "model/grammar/decimal_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace hadal::model {

namespace {

constexpr long digits_max = 1000;

char digit_at(const std::string& digits, std::size_t i) {
  return i < digits.size() ? digits[i] : '0';
}

int compare_magnitude(const decimal& a, const decimal& b) {
  if (a.whole.size() != b.whole.size())
    return a.whole.size() < b.whole.size() ? -1 : 1;
  if (const int c = a.whole.compare(b.whole); c != 0)
    return c < 0 ? -1 : 1;
  const int c = a.fraction.compare(b.fraction);
  return c < 0 ? -1 : c > 0 ? 1 : 0;
}

/// The magnitudes between two bounds. A state is how far a number has been read, and whether it
/// still equals the lower or the upper bound's digits.
class magnitude_writer {
public:
  magnitude_writer(nfa& out, const std::optional<decimal_bound>& low,
                   const std::optional<decimal_bound>& high, std::size_t fraction_max)
    : out_(out), low_(low), high_(high), fraction_max_(fraction_max) {}

  /// Numbers with exactly this many digits before the point.
  void write(state_id from, state_id to, std::size_t length) {
    if ((low_ && length < low_->value.whole.size()) ||
        (high_ && length > high_->value.whole.size()))
      return;
    std::map<place, state_id> states;
    std::vector<place> work;
    const place first{0, low_ && length == low_->value.whole.size(),
                      high_ && length == high_->value.whole.size()};
    states.emplace(first, from);
    work.push_back(first);
    while (!work.empty()) {
      const place p = work.back();
      work.pop_back();
      const state_id s = states.at(p);
      const auto go = [&](char lowest, char highest, place next) {
        const auto [entry, added] = states.emplace(next, 0);
        if (added) {
          entry->second = out_.add_state();
          work.push_back(next);
        }
        out_.states[s].bytes.push_back(
            {static_cast<std::uint8_t>(lowest), static_cast<std::uint8_t>(highest), entry->second});
      };
      if (p.read < length) {
        follow(p, p.read == 0 && length > 1 ? '1' : '0', digit(low_, p.read), digit(high_, p.read),
               go);
        continue;
      }
      const std::size_t fraction_read = p.read - length - (p.point ? 1 : 0);
      if (!(p.point && fraction_read == 0) && may_end(p, fraction_read))
        out_.connect(s, to);
      if (!p.point) {
        if (fraction_max_ > 0)
          go('.', '.', {p.read + 1, p.low, p.high, true});
      } else if (fraction_read < fraction_max_) {
        follow(p, '0', fraction_digit(low_, fraction_read), fraction_digit(high_, fraction_read),
               go);
      }
    }
  }

private:
  struct place {
    std::size_t read = 0; // characters, the point included
    bool low = false;     // equal to the lower bound so far
    bool high = false;    // equal to the upper bound so far
    bool point = false;
    auto operator<=>(const place&) const = default;
  };

  static char digit(const std::optional<decimal_bound>& bound, std::size_t i) {
    return bound ? digit_at(bound->value.whole, i) : '0';
  }
  static char fraction_digit(const std::optional<decimal_bound>& bound, std::size_t i) {
    return bound ? digit_at(bound->value.fraction, i) : '0';
  }

  template <class Go>
  static void follow(place p, char least, char low, char high, const Go& go) {
    const char first = std::max(least, p.low ? low : '0');
    const char last = p.high ? high : '9';
    for (char c = first; c <= last; ++c)
      go(c, c, {p.read + 1, p.low && c == low, p.high && c == high, p.point});
  }

  bool may_end(const place& p, std::size_t fraction_read) const {
    const auto rest_is_zero = [&](const decimal_bound& bound) {
      return bound.value.fraction.size() <= fraction_read;
    };
    if (p.low && !(rest_is_zero(*low_) && !low_->excluded))
      return false;
    return !(p.high && rest_is_zero(*high_) && high_->excluded);
  }

  nfa& out_;
  const std::optional<decimal_bound>& low_;
  const std::optional<decimal_bound>& high_;
  std::size_t fraction_max_;
};

decimal_bound negated(decimal_bound bound) {
  bound.value.negative = false;
  return bound;
}

} // namespace

std::optional<decimal> parse_decimal(std::string_view text) {
  decimal d;
  if (!text.empty() && text.front() == '-') {
    d.negative = true;
    text.remove_prefix(1);
  }
  long exponent = 0;
  if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
    auto digits = text.substr(e + 1);
    if (!digits.empty() && digits.front() == '+')
      digits.remove_prefix(1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc() || exponent > digits_max || exponent < -digits_max)
      return std::nullopt;
    text = text.substr(0, e);
  }
  const auto point = text.find('.');
  std::string digits(text.substr(0, point));
  auto whole = static_cast<long>(digits.size());
  if (point != std::string_view::npos)
    digits += text.substr(point + 1);
  whole += exponent;
  if (static_cast<long>(digits.size()) > digits_max)
    return std::nullopt;
  if (whole <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
    whole = 1;
  }
  if (static_cast<long>(digits.size()) < whole)
    digits.resize(static_cast<std::size_t>(whole), '0');
  d.whole = digits.substr(0, static_cast<std::size_t>(whole));
  d.fraction = digits.substr(static_cast<std::size_t>(whole));
  d.whole.erase(0, std::min(d.whole.find_first_not_of('0'), d.whole.size() - 1));
  while (!d.fraction.empty() && d.fraction.back() == '0')
    d.fraction.pop_back();
  if (d.is_zero())
    d.negative = false;
  return d;
}

int compare(const decimal& a, const decimal& b) noexcept {
  if (a.negative != b.negative)
    return a.negative ? -1 : 1;
  return a.negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

result<dfa> decimals_between(const decimal_span& span, compile_budget& budget) {
  nfa out;
  out.start = out.add_state();
  out.accept = out.add_state();
  const auto& low = span.lowest;
  const auto& high = span.highest;
  const auto write = [&](state_id from, const std::optional<decimal_bound>& least,
                         const std::optional<decimal_bound>& most) -> result<void> {
    for (std::size_t length = 1; length <= span.whole_digits_max; ++length) {
      HADAL_TRY(budget.spend(64 * (length + span.fraction_digits_max)));
      const auto begin = out.add_state();
      out.connect(from, begin);
      magnitude_writer(out, least, most, span.fraction_digits_max).write(begin, out.accept, length);
    }
    return {};
  };
  const auto positive = [](const std::optional<decimal_bound>& b) {
    return b && !b->value.negative;
  };
  const auto strictly_negative = [](const std::optional<decimal_bound>& b) {
    return b && b->value.negative;
  };
  if (!strictly_negative(high))
    HADAL_TRY(write(out.start, positive(low) ? low : std::nullopt, high));
  if (!(positive(low) && !low->value.is_zero())) {
    // Magnitudes run the other way: the lowest number has the largest.
    const auto minus = out.add_state();
    out.states[out.start].bytes.push_back({'-', '-', minus});
    std::optional<decimal_bound> least, most;
    if (strictly_negative(high) || (high && high->value.is_zero()))
      least = negated(*high);
    if (low)
      most = negated(*low);
    HADAL_TRY(write(minus, least, most));
  }
  return determinize(out, budget);
}

result<dfa> multiples_of(std::uint32_t divisor, compile_budget& budget) {
  HADAL_TRY(budget.spend(64 * std::uint64_t{divisor}));
  nfa out;
  out.start = out.add_state();
  const auto minus = out.add_state();
  const auto zero = out.add_state();
  out.accept = out.add_state();
  std::vector<state_id> remainders;
  for (std::uint32_t r = 0; r < divisor; ++r)
    remainders.push_back(out.add_state());
  out.states[out.start].bytes.push_back({'-', '-', minus});
  for (const auto from : {out.start, minus}) {
    out.states[from].bytes.push_back({'0', '0', zero});
    for (std::uint8_t d = 1; d <= 9; ++d) {
      const auto c = static_cast<std::uint8_t>('0' + d);
      out.states[from].bytes.push_back({c, c, remainders[d % divisor]});
    }
  }
  out.connect(zero, out.accept);
  out.connect(remainders[0], out.accept);
  for (std::uint32_t r = 0; r < divisor; ++r)
    for (std::uint8_t d = 0; d <= 9; ++d) {
      const auto c = static_cast<std::uint8_t>('0' + d);
      out.states[remainders[r]].bytes.push_back({c, c, remainders[(r * 10 + d) % divisor]});
    }
  return determinize(out, budget);
}

} // namespace hadal::model
