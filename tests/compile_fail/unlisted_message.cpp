// An actor gets no message that its protocol does not list.
#include "actors/protocol/inspect.hpp"

#include <caf/send.hpp>
#include <caf/typed_actor.hpp>

namespace hadal::tests {

struct listed {};
struct unlisted {};
HADAL_INSPECT(listed)
HADAL_INSPECT(unlisted)

using some_actor = caf::typed_actor<caf::reacts_to<listed>>;

void tell(const some_actor& to) {
#ifdef MUST_NOT_COMPILE
  caf::anon_send(to, unlisted{});
#else
  caf::anon_send(to, listed{});
#endif
}

} // namespace hadal::tests
