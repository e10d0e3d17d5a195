#pragma once
// Equality, order and membership as in Python; marks are ignored. Comparisons of containers are
// counted in `state`, which bounds the cost of lists that contain one list many times.

#include "model/chat/template/value.hpp"

namespace hadal::model::templates {

bool equal(run_state& state, const value& a, const value& b);

/// a < b; fails for kinds that have no order between them.
bool less(run_state& state, const value& a, const value& b);

/// `item in container`; fails if it is no container.
bool contains(run_state& state, const value& container, const value& item);

} // namespace hadal::model::templates
