#pragma once
// Arithmetic on values, as in Python. Integers have 64 bits; a result beyond them is a failure.

#include "model/chat/template/value.hpp"

#include <cstdint>

namespace hadal::model::templates {

enum class arithmetic : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,       // a real number
  floor_divide, // rounds down
  modulo,       // has the divisor's sign; of a string: formatting
  power,
};

value apply(run_state& state, arithmetic op, const value& a, const value& b);
value negate(run_state& state, const value& v);

/// "%s and %d" % values, with %s, %d, %i, %r and %% only.
value format_percent(run_state& state, const marked_text& format, const std::vector<value>& values);

} // namespace hadal::model::templates
