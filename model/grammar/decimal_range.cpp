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

/// Comparison of the digits read with as many digits of a bound.
enum class order : std::uint8_t { below, equal, above };

order compared(order so_far, char digit, char other) {
  if (so_far != order::equal || digit == other)
    return so_far;
  return digit < other ? order::below : order::above;
}

/// Writes the magnitudes between two bounds. The number of digits before the point is not known
/// while they are read, so a state is the number of digits read and their comparison with as many
/// digits of each bound. The point shows whether the number still equals a bound.
class magnitude_writer {
public:
  magnitude_writer(nfa& out, const decimal_span& span, compile_budget& budget)
    : out_(out), low_(span.lowest), high_(span.highest), span_(span), budget_(budget) {}

  result<void> write(state_id from, state_id to) {
    states_.emplace(place{}, from);
    work_.emplace_back();
    while (!work_.empty()) {
      const place p = work_.back();
      work_.pop_back();
      HADAL_TRY(budget_.spend(32));
      HADAL_TRY(check_size(out_));
      if (p.point)
        write_fraction(p, to);
      else
        write_whole(p, to);
    }
    return {};
  }

private:
  struct place {
    std::size_t read = 0; // digits before the point, or after it
    bool zero = false;    // a leading 0: no digit follows it
    bool point = false;
    order low = order::equal;
    order high = order::equal;
    std::size_t fraction_max = 0; // known at the point
    auto operator<=>(const place&) const = default;
  };

  void go(const place& from, char byte, const place& to) {
    const auto [entry, added] = states_.emplace(to, 0);
    if (added) {
      entry->second = out_.add_state();
      work_.push_back(to);
    }
    const auto b = static_cast<std::uint8_t>(byte);
    out_.states[states_.at(from)].bytes.push_back({b, b, entry->second});
  }

  void write_whole(const place& p, state_id to) {
    if (p.read > 0)
      end_whole(p, to);
    if (p.zero || p.read == span_.whole_digits_max)
      return;
    for (char c = '0'; c <= '9'; ++c) {
      place next{p.read + 1, p.read == 0 && c == '0', false, p.low, p.high, 0};
      if (low_)
        next.low = next.read > low_->value.whole.size()
                       ? order::above
                       : compared(p.low, c, digit_at(low_->value.whole, p.read));
      if (high_) {
        const auto digits = high_->value.whole.size();
        next.high = compared(p.high, c, digit_at(high_->value.whole, p.read));
        if (next.read > digits || (next.read == digits && next.high == order::above))
          continue;
      }
      go(p, c, next);
    }
  }

  /// The end of the number, or the point.
  void end_whole(const place& p, state_id to) {
    place after{0, false, true, order::above, order::below, fraction_max(p.read)};
    if (low_)
      after.low = p.read < low_->value.whole.size() ? order::below : p.low;
    if (high_)
      after.high = p.read < high_->value.whole.size() ? order::below : p.high;
    if (after.low == order::below)
      return;
    if (may_end(after))
      out_.connect(states_.at(p), to);
    if (after.fraction_max > 0)
      go(p, '.', after);
  }

  void write_fraction(const place& p, state_id to) {
    if (p.read > 0 && may_end(p))
      out_.connect(states_.at(p), to);
    if (p.read == p.fraction_max)
      return;
    for (char c = '0'; c <= '9'; ++c) {
      place next = p;
      ++next.read;
      if (low_)
        next.low = compared(p.low, c, digit_at(low_->value.fraction, p.read));
      if (high_)
        next.high = compared(p.high, c, digit_at(high_->value.fraction, p.read));
      if (next.low != order::below && next.high != order::above)
        go(p, c, next);
    }
  }

  /// `p` is after the point, or at its place.
  bool may_end(const place& p) const {
    const auto rest_is_zero = [&](const decimal_bound& bound) {
      return bound.value.fraction.size() <= p.read;
    };
    if (low_ && p.low == order::equal && !(rest_is_zero(*low_) && !low_->excluded))
      return false;
    return !(high_ && p.high == order::equal && rest_is_zero(*high_) && high_->excluded);
  }

  /// So many digits that a double keeps the number apart from its neighbours; as many as a bound
  /// has that is as long.
  std::size_t fraction_max(std::size_t whole_digits) const {
    if (span_.fraction_digits_max == 0)
      return 0;
    auto most = std::min(span_.fraction_digits_max,
                         span_.digits_max - std::min(whole_digits, span_.digits_max));
    for (const auto* bound : {&low_, &high_})
      if (*bound && (*bound)->value.whole.size() == whole_digits)
        most = std::max(most, (*bound)->value.fraction.size());
    return most;
  }

  nfa& out_;
  const std::optional<decimal_bound>& low_;
  const std::optional<decimal_bound>& high_;
  const decimal_span& span_;
  compile_budget& budget_;
  std::map<place, state_id> states_;
  std::vector<place> work_;
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
                         const std::optional<decimal_bound>& most) {
    auto part = span;
    part.lowest = least;
    part.highest = most;
    return magnitude_writer(out, part, budget).write(from, out.accept);
  };
  const auto positive = [](const std::optional<decimal_bound>& b) {
    return b && !b->value.negative;
  };
  const auto strictly_negative = [](const std::optional<decimal_bound>& b) {
    return b && b->value.negative;
  };
  if (!strictly_negative(high)) {
    const auto begin = out.add_state();
    out.connect(out.start, begin);
    HADAL_TRY(write(begin, positive(low) ? low : std::nullopt, high));
  }
  if (!(positive(low) && !low->value.is_zero())) {
    // For negative numbers the order of magnitudes is reversed.
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
