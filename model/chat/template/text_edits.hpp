#pragma once
// String operations of methods and filters; every part keeps its mark.

#include "model/chat/template/value.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hadal::model::templates {

enum class stripped_side : std::uint8_t { left, right, both };

/// std::string_view::find in time linear in the sum of the sizes, for all texts.
std::size_t find_text(std::string_view in, std::string_view wanted, std::size_t from = 0) noexcept;

/// Without white space at its ends.
marked_text stripped(const marked_text& text, stripped_side side);

/// Without the characters of `chars` at its ends.
marked_text stripped_of(const marked_text& text, std::string_view chars, stripped_side side);

/// The parts between `separator`, which is not empty; up to `most` cuts, any number if negative.
std::vector<value> split_at(run_state& state, const marked_text& text, std::string_view separator,
                            std::int64_t most, bool from_right);

/// The parts between runs of white space, none of them empty; after `most` cuts the rest as it is.
std::vector<value> split_at_space(run_state& state, const marked_text& text, std::int64_t most,
                                  bool from_right);

/// The lines, as str.splitlines() sees them.
std::vector<value> lines_of(run_state& state, const marked_text& text, bool keep_ends);

/// With `from` replaced by `to`, the first `most` times, always if negative. An empty `from` is
/// found before every character and at the end.
marked_text replaced(run_state& state, const marked_text& text, std::string_view from,
                     const marked_text& to, std::int64_t most);

/// str() of the items with `separator` between them.
marked_text joined(run_state& state, const std::vector<value>& items, const marked_text& separator);

} // namespace hadal::model::templates
