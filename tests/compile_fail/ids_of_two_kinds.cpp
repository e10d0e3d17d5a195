// A request's id is no sequence's id.
#include "base/ids.hpp"

hadal::sequence_id sequence_of(hadal::sequence_id id) {
  return id;
}

#ifdef MUST_NOT_COMPILE
const hadal::sequence_id mixed = sequence_of(hadal::request_id{1});
#else
const hadal::sequence_id mixed = sequence_of(hadal::sequence_id{1});
#endif
