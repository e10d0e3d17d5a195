#include "net/http/api_keys.hpp"

#include "tests/support/catch.hpp"

using namespace hadal::net;

TEST_CASE("a bearer key is matched whole") {
  const std::vector<std::string> keys = {"sk-one", "sk-two"};
  const api_keys k(keys);
  CHECK(k.match("Bearer sk-one") == 0);
  CHECK(k.match("bearer sk-two") == 1);
  CHECK(k.match("BEARER  sk-two") == 1);
  CHECK(k.accepts("Bearer sk-one"));
  for (const char* wrong : {"", "Bearer", "Bearer ", "sk-one", "Basic sk-one", "Bearer sk-on",
                            "Bearer sk-onex", "Bearer sk-one ", "Bearer SK-ONE", "Bearersk-one"}) {
    CAPTURE(wrong);
    CHECK_FALSE(k.match(wrong));
    CHECK_FALSE(k.accepts(wrong));
  }
}

TEST_CASE("without keys everybody may pass") {
  const api_keys none;
  CHECK(none.empty());
  CHECK(none.accepts(""));
  CHECK_FALSE(none.match("Bearer x"));
}
