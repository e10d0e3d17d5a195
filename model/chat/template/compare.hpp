#pragma once
// Equality, order and membership, as Python has them. Marks do not count. Comparing containers is
// work that state counts, so that lists that contain one list many times cost no more than allowed.

#include "model/chat/template/value.hpp"

namespace hadal::model::templates {

bool equal(run_state& state, const value& a, const value& b);

/// a < b; fails for kinds that have no order between them.
bool less(run_state& state, const value& a, const value& b);

/// `item in container`; fails for what is no container.
bool contains(run_state& state, const value& container, const value& item);

} // namespace hadal::model::templates
